import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { DriverContext } from '../../../src/drivers/driver';
import { baseName } from '../../../src/drivers/kvm/base-files';
import { orphanFolders } from '../../../src/drivers/kvm/orphan-folders';
import { machineFiles } from '../../../src/drivers/kvm/shared';
import { lockFile } from '../../../src/native/hyperkit';
import { Folder } from '../../support/folder';

const DIGEST = 'ab'.repeat(32);

function contextIn(folder: Folder): DriverContext {
  return { home: { path: folder.path, id: 'abcd1234' }, env: {}, warn: () => undefined };
}

function beginMachine(home: string): void {
  const file = join(home, 'machines', 'dev', 'machine.json');
  mkdirSync(dirname(file), { recursive: true });
  const plan = { target: { kind: 'session', uri: 'qemu:///session', onDemand: true }, mac: '', network: {} };
  writeFileSync(
    file,
    JSON.stringify({ driver: 'kvm', uuid: 'uuid-of-dev', image: { digest: DIGEST }, plan, resources: {} }),
  );
}

test('a base image that a machine has begun to need is no orphan any more, and stays', async () => {
  using folder = new Folder();
  const base = join(folder.path, 'bases', baseName({ digest: DIGEST }));
  mkdirSync(base, { recursive: true });
  const [orphan, ...others] = await orphanFolders([], contextIn(folder));
  expect(others).toEqual([]);
  expect(orphan?.name).toBe(`base image ${base}`);

  mkdirSync(join(folder.path, 'locks'));
  const path = join(folder.path, 'locks', `@kvm-${baseName({ digest: DIGEST })}`);
  // A machine is taking it over.
  const lock = await lockFile(path, { description: 'base' });
  const deleted = expect(orphan?.delete()).rejects.toMatchObject({ code: 'ERR_KVM_CLAIMED' });
  beginMachine(folder.path);
  lock.release();
  await deleted;
  expect(existsSync(base)).toBe(true);
});

test('one that nobody needs goes', async () => {
  using folder = new Folder();
  const base = join(folder.path, 'bases', baseName({ digest: DIGEST }));
  mkdirSync(base, { recursive: true });
  for (const orphan of await orphanFolders([], contextIn(folder))) await orphan.delete();
  expect(existsSync(base)).toBe(false);
});

test('machines that others make and take away meanwhile are read or not, and are no failure', async () => {
  using folder = new Folder();
  const { home } = contextIn(folder);
  const over = new AbortController();
  const churning = (async () => {
    while (!over.signal.aborted) {
      beginMachine(home.path);
      await new Promise(setImmediate);
      rmSync(join(home.path, 'machines', 'dev'), { recursive: true });
      await new Promise(setImmediate);
    }
  })();
  try {
    for (let round = 0; round < 500; round++) {
      for (const [name] of await machineFiles(home)) expect(name).toBe('dev');
    }
  } finally {
    over.abort();
    await churning;
  }
});
