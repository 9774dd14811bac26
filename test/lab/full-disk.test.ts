import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { runningHome } from '../support/home';

/** Writes until there is no room for one byte more. */
function fill(folder: string): string {
  const file = join(folder, 'fill');
  for (let size = 2 ** 16; size >= 1;) {
    try {
      appendFileSync(file, Buffer.alloc(size));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      size /= 2;
    }
  }
  return file;
}

test('on a full disk machines are stopped and removed; what is new is refused', async () => {
  await using home = runningHome();
  mkdirSync(home.path);
  // It has to be the file system of the whole home: its lock files are the first that are written to.
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k,mode=0700', 'full', home.path]);
  try {
    const hv = home.open();
    const machine = await hv.create(home.request('dev', { guest: 'silent' }));
    const filled = fill(home.path);
    await machine.stop();
    await expect(hv.create(home.request('other'))).rejects.toMatchObject({ code: 'ERR_NO_SPACE' });
    await machine.remove();
    rmSync(filled);
    expect(await hv.list()).toEqual([]);
    expect(await hv.doctor()).toEqual([]);
    expect(home.remains).toEqual([]);
    await hv.close();
  } finally {
    execFileSync('umount', [home.path]);
  }
});
