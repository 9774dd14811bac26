import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { MachineSpec } from '../../../src/driver';
import { xhyveOptions } from '../../../src/drivers/xhyve/options';
import { runFilesOf } from '../../../src/drivers/xhyve/run-files';
import { checkGuest, checkShares } from '../../../src/drivers/xhyve/shares';
import { checkSockets } from '../../../src/drivers/xhyve/sockets';
import type { BootImage } from '../../../src/images/image';

const folder = mkdtempSync(join(tmpdir(), 'hvkit-shares-'));
const share = { host: folder, guest: '/mnt', readOnly: false };
const spec = { shares: [share] } as unknown as MachineSpec;

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** As hvkit makes it, with these modules. */
function micro(...modules: string[]): BootImage {
  const path = join(folder, 'initrd');
  writeFileSync(path, modules.map((name) => `070701 usr/lib/modules/6.1/kernel/${name}\0`).join(''));
  const file = { path, sha256: '' };
  return { name: 'micro', digest: '', arch: 'x86_64', user: 'hvkit', init: 'micro', kernel: file, initrd: file };
}

test('micro has shared folders where its kernel has 9p', async () => {
  await checkGuest(spec, micro('fs/ext4/ext4.ko', 'fs/9p/9p.ko'));
  await checkGuest({ ...spec, shares: [] }, micro('fs/ext4/ext4.ko'));
  await expect(checkGuest(spec, micro('fs/ext4/ext4.ko'))).rejects.toMatchObject({
    code: 'ERR_XHYVE_SHARE',
    message: expect.stringContaining('has no 9p') as string,
  });
  // What somebody else's kernel has built in is not known.
  await checkGuest(spec, { ...micro('fs/ext4/ext4.ko'), name: 'mine' });
});

test('a home that is too deep for sockets is said before anything is made', async () => {
  const run = runFilesOf({ path: `/${'deep/'.repeat(12)}` }, '0f4b4d6f-6d37-4ca7-91e9-4fd0cc2a6a11');
  await checkShares([], run);
  await expect(checkShares([share], run)).rejects.toMatchObject({
    code: 'ERR_XHYVE_SHARE',
    message: expect.stringContaining('too long for a socket') as string,
  });
  const ports = xhyveOptions.parse({ vsockPorts: '80' });
  checkSockets(xhyveOptions.parse({}), run);
  expect(() => {
    checkSockets(ports, run);
  }).toThrow('/0f4b4d6f-6d37-4ca7-91e9-4fd0cc2a6a11/00000003.00000000 is too long for a socket');
  checkSockets(ports, runFilesOf({ path: '/Users/somebody/.hvkit' }, '0f4b4d6f-6d37-4ca7-91e9-4fd0cc2a6a11'));
});
