// symbols.mjs FOLDER: writes what the addons link against: lists of the symbols that Node and libvirt export on macOS, and
// libvirt's headers. What is on no list does not link.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { readApi } from '../../scripts/libvirt-api.mjs';
import { writeSymbolList } from './symbol-list.mjs';

const [folder] = process.argv.slice(2);
const require = createRequire(import.meta.url);
/** NAPI_VERSION in binding.gyp. */
const NODE_API = 'v8';

mkdirSync(join(folder, 'include'), { recursive: true });
const { js_native_api_symbols: js, node_api_symbols: node } = require('node-api-headers').symbols[NODE_API];
write('node_api', [...js, ...node]);
write('virt', functionsOf('libvirt'));
write('virt-qemu', functionsOf('libvirt-qemu'));

const headers = join(folder, 'include', 'libvirt');
rmSync(headers, { force: true });
symlinkSync('/usr/include/libvirt', headers);

function functionsOf(api) {
  return readApi(api).function.map(({ name }) => name);
}

function write(library, symbols) {
  writeSymbolList(
    folder,
    library,
    symbols.map((symbol) => `_${symbol}`),
  );
}
