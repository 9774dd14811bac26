import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isAlive, signalProcess, startHypervisor } from '../../src/native/hyperkit';

const A_MINUTE = 60_000;

let folder: string;
let log: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-start-'));
  log = join(folder, 'log');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A program that says this and ends so. */
function program(script: string): string {
  const file = join(folder, 'hyperkit');
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

const failing = (script: string) => startHypervisor({ file: program(script), log, windowMs: A_MINUTE });

test.each([
  ['ERR_HYPERVISOR_ARGUMENT', 'exited with status 1', 'Invalid PCI slot info field "x"', 'exit 1'],
  ['ERR_HYPERVISOR_ARGUMENT', 'exited with status 64', 'hyperkit: no words that are known', 'exit 64'],
  ['ERR_HYPERVISOR_ARGUMENT', 'exited with status 1', 'Usage: hyperkit [-behuwxMACHPWY] [-c vcpus]', 'exit 1'],
  ['ERR_HYPERVISOR_ENTITLEMENT', 'was ended by SIGABRT', 'hv_vm_create unknown error 0xfae94007', 'kill -ABRT $$'],
  [
    'ERR_HYPERVISOR_UNSUPPORTED',
    'exited with status 1',
    'vmx_init: processor not supported by Hypervisor.framework',
    'exit 1',
  ],
  ['ERR_HYPERVISOR_BUSY', 'was ended by SIGABRT', 'hv_vm_create HV_BUSY', 'kill -ABRT $$'],
  [
    'ERR_HYPERVISOR_BUSY',
    'exited with status 1',
    'Could not lock backing file: Resource temporarily unavailable',
    'exit 1',
  ],
  ['ERR_HYPERVISOR_START', 'exited with status 1', 'Failed to set up pidfile', 'exit 1'],
  ['ERR_HYPERVISOR_START', 'exited with status 0', 'nothing to do', 'exit 0'],
])('%s, when it %s and says: %s', async (code, end, words, exit) => {
  await expect(failing(`echo '${words}' >&2; ${exit}`)).rejects.toMatchObject({
    name: 'HvError',
    code,
    message: expect.stringMatching(new RegExp(`^hyperkit .*: it ${end}\\. It said:\\n`)) as string,
  });
  await expect(failing(`echo '${words}' >&2; ${exit}`)).rejects.toThrow(`\n${words}`);
});

test('only the last lines are told, and none of an earlier run', async () => {
  writeFileSync(log, 'hv_vm_create HV_BUSY\n');
  const error: unknown = await failing('for i in 1 2 3 4 5 6 7; do echo "line $i"; done; exit 1').catch(
    (e: unknown) => e,
  );
  expect(error).toMatchObject({
    code: 'ERR_HYPERVISOR_START',
    message:
      'hyperkit ended as soon as it was started: it exited with status 1. It said:\nline 3\nline 4\nline 5\nline 6\nline 7',
  });
  await expect(failing('exit 1')).rejects.toThrow(/exited with status 1; it said nothing$/);
});

test('what does not end is started, and its end is told afterwards', async () => {
  const running = await startHypervisor({ file: program('exec sleep 1000'), log, windowMs: 1 });
  await expect(isAlive(running.identity)).resolves.toBe(true);
  await signalProcess(running.identity, 'SIGKILL');
  await expect(running.exit()).resolves.toEqual({ code: null, signal: 'SIGKILL' });
});
