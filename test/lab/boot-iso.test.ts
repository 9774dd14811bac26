import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { bootIsoOf } from '../../src/images/boot-iso/boot-iso';
import { writeIso } from '../../src/images/iso9660/write';
import { Actor, labImage } from './actor';
import { scratch } from './machine';
import { traces } from './traces';

test('a boot ISO: its kernel and initrd run, with the arguments of its menu, and it goes with the machine', async () => {
  const { kernel, initrd } = labImage();
  const bytes = writeIso({
    label: 'GUEST',
    files: [
      {
        path: 'isolinux/isolinux.cfg',
        data: 'default one\nlabel one\nkernel /boot/linux\nappend initrd=/boot/rd of-menu=1',
      },
      { path: 'boot/linux', data: readFileSync(kernel!.path) },
      { path: 'boot/rd', data: readFileSync(initrd!.path) },
    ],
  });
  const folder = scratch();
  const iso = { path: join(folder, 'guest.iso'), sha256: createHash('sha256').update(bytes).digest('hex') };
  writeFileSync(iso.path, bytes);
  const image = await bootIsoOf(iso, join(folder, 'cache'), { name: 'guest.iso' });

  await using actor = new Actor();
  const name = 'dev';
  await actor.make(name, { network: { mode: 'user' } }, image);
  await actor.ask('start', { name });
  const line = 'cat /proc/cmdline; echo $((6*7))-seen';
  expect(await actor.ask('console', { name, line, until: '42-seen' })).toContain('of-menu=1');
  await actor.ask('remove', { name });
  expect(traces(actor.home)).toEqual([]);
});
