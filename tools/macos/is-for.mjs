// is-for.mjs ARCH FILE: fails unless the file is a Mach-O binary for that processor.
import { closeSync, openSync, readSync } from 'node:fs';

import { TARGETS } from '../../scripts/prebuild/targets.mjs';

const [arch, file] = process.argv.slice(2);
const MAGIC_64_BITS = 0xfeedfacf;

const header = Buffer.alloc(8);
const fd = openSync(file, 'r');
readSync(fd, header);
closeSync(fd);
const [magic, machine] = [header.readUInt32LE(0), header.readUInt32LE(4)];
if (magic !== MAGIC_64_BITS || machine !== TARGETS[`darwin-${arch}`].machine) {
  throw new Error(`${file} is no Mach-O binary for ${arch}`);
}
