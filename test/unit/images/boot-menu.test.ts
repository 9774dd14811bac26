import { readGrub } from '../../../src/images/boot-iso/grub';
import { readSyslinux } from '../../../src/images/boot-iso/syslinux';
import { randomOf } from '../../support/mutate';

test('whatever a menu holds, it is read, and ends', async () => {
  const pieces = [
    'default',
    'label',
    'menu begin',
    'menu end',
    'menu default',
    'kernel',
    'append',
    'initrd=',
    'include',
  ]
    .concat('menuentry', 'submenu', 'linux', 'initrd', 'set', 'source', 'if', 'then', '{', '}', '${a}', '$a', 'a=', '=')
    .concat(' ', '  ', '\t', '\n', '\r\n', ';', '"', "'", '\\', '#', '/', '.', '..', 'a', 'ä', '\0', '--id', '(hd0)/a');
  const none = () => Promise.resolve(undefined);
  for (let seed = 0; seed < 2000; ++seed) {
    const next = randomOf(seed);
    const text = Array.from({ length: next(120) }, () => pieces[next(pieces.length)]).join(next(2) === 0 ? ' ' : '');
    for (const read of [readSyslinux, readGrub]) {
      const { entries, chosen } = await read('/a', (path) => (path === '/a' ? Promise.resolve(text) : none()));
      if (entries.length > 0) expect(chosen).toBeDefined();
      for (const { kernel } of entries) expect(kernel).toMatch(/^\//);
    }
  }
});
