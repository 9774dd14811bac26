import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { virtualization } from '../../src/native/hyperkit';
import { native } from '../../src/native/hyperkit/binding';
import { runChild } from './child-process';

/** A real KVM runs this test's guest in test/lab/virtualization.test.ts; here is what needs none. */
describe('virtualization()', () => {
  if (process.platform !== 'linux') {
    test('is what the system says', async () => {
      const answer = await virtualization();
      expect(answer.detail).toContain('kern.hv_support');
      expect(answer.usable).toBe(answer.reason === 'works');
    });
    return;
  }

  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hvkit-kvm-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('of this machine comes to an end, and gives its reason', async () => {
    const answer = await virtualization();
    expect(answer.detail).not.toBe('');
    expect(answer.usable).toBe(answer.reason === 'works');
    if (answer.usable) expect(answer.loopsPerSecond).toBeGreaterThan(20_000_000);
  });

  test('tells that there is no device, and what to do', async () => {
    const device = join(folder, 'kvm');
    const answer = await virtualization({ device });
    expect(answer).toMatchObject({ usable: false, reason: 'no-device' });
    expect(answer.detail).toContain(`There is no ${device}`);
    if (process.arch === 'x64') expect(answer.hint).toMatch(/modprobe kvm_(intel|amd)|firmware/);
  });

  test('tells that this user may not open it', async () => {
    const device = join(folder, 'kvm');
    writeFileSync(device, '', { mode: 0o000 });
    execFileSync('chmod', ['755', folder]);
    const { stdout, stderr } = await runChild('virtualization.js', [device]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      usable: false,
      reason: 'no-permission',
      detail: `This user may not open ${device}`,
      hint: expect.stringContaining('usermod -aG kvm') as string,
    });
  });

  test.each(['/dev/null', '/dev/zero', 'a file'])('tells that %s is no KVM', async (name) => {
    const device = join(folder, 'kvm');
    if (name === 'a file') writeFileSync(device, 'not KVM');
    const answer = await virtualization({ device: name === 'a file' ? device : name });
    expect(answer).toMatchObject({ usable: false, reason: 'not-kvm' });
    expect(answer.detail).toContain('is not the device of KVM: Inappropriate ioctl for device');
  });

  test('tells what else stands in the way', async () => {
    await expect(virtualization({ device: folder })).resolves.toMatchObject({
      reason: 'refused',
      detail: `${folder} could not be opened: Is a directory`,
    });
  });

  test('many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => virtualization({ device: '/dev/null' })));
    expect(new Set(answers.map(({ reason }) => reason))).toEqual(new Set(['not-kvm']));
  });

  test('the addon refuses what is no argument of it', async () => {
    const { tryHypervisor } = native() as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const args of [
      [],
      ['/dev/null'],
      [1, 1],
      ['a\0b', 1],
      ['/dev/null', -1],
      ['/dev/null', 0.5],
      ['/dev/null', NaN],
    ]) {
      await expect(tryHypervisor!(...args)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    }
  });
});
