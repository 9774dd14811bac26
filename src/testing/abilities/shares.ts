import assert from 'node:assert/strict';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Machine } from '../../machines/machine';
import { expectation, type AbilityExpectations } from '../expectation';

const GUEST = '/mnt/suite';
const NOBODY = 65534;

export const shares: AbilityExpectations = {
  has: [
    expectation('a shared folder is there in the guest, and after a restart', (subject) =>
      withFolder(async (folder) => {
        await subject.none();
        const request = subject.request(undefined, { shares: [`${folder}:${GUEST}`] });
        const machine = await subject.hvkit.create(request);
        if (await subject.answers(machine)) {
          await assertCopies(machine, folder, 'before');
          await machine.restart();
          await assertCopies(machine, folder, 'after');
        }
        await machine.remove();
        await subject.nothingRemains();
      }),
    ),
  ],
  lacks: [
    expectation('a folder that is to be shared is refused, before anything is made', (subject) =>
      withFolder(async (folder) => {
        await subject.none();
        const request = subject.request(undefined, { shares: [`${folder}:${GUEST}`] });
        await subject.assertRefused((onProgress) => subject.hvkit.create(request, { onProgress }));
      }),
    ),
  ],
};

/** The guest reads there, and writes there. */
async function assertCopies(machine: Machine, folder: string, text: string): Promise<void> {
  await writeFile(join(folder, 'here'), text);
  const { status, stderr } = await machine.exec('sudo', ['cp', `${GUEST}/here`, `${GUEST}/there`]);
  assert.equal(status, 0, stderr);
  assert.equal(await readFile(join(folder, 'there'), 'utf8'), text);
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hvkit-share-'));
  try {
    // Root shares a user's folder: a driver may serve nothing with root's own rights.
    if (process.geteuid?.() === 0) await chown(folder, NOBODY, NOBODY);
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
