// symbols.mjs FOLDER: writes what the addons link against: lists of the symbols that Node, libvirt and the frameworks export on
// macOS, and libvirt's headers. What is on no list does not link.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { readApi } from '../../scripts/libvirt-api.mjs';
import { writeFramework, writeSymbolList } from './symbol-list.mjs';

const [folder] = process.argv.slice(2);
const require = createRequire(import.meta.url);
/** NAPI_VERSION in binding.gyp. */
const NODE_API = 'v8';
/** What is documented of vmnet.framework since macOS 10.10, the first that has it. */
const VMNET = [
  'vmnet_estimated_packets_available_key',
  'vmnet_interface_id_key',
  'vmnet_interface_set_event_callback',
  'vmnet_mac_address_key',
  'vmnet_max_packet_size_key',
  'vmnet_mtu_key',
  'vmnet_operation_mode_key',
  'vmnet_read',
  'vmnet_start_interface',
  'vmnet_stop_interface',
  'vmnet_write',
];

mkdirSync(join(folder, 'include'), { recursive: true });
const { js_native_api_symbols: js, node_api_symbols: node } = require('node-api-headers').symbols[NODE_API];
write('node_api', [...js, ...node]);
write('virt', functionsOf('libvirt'));
write('virt-qemu', functionsOf('libvirt-qemu'));
writeFramework(folder, 'vmnet', VMNET.map(inObjects));

const headers = join(folder, 'include', 'libvirt');
rmSync(headers, { force: true });
symlinkSync('/usr/include/libvirt', headers);

function functionsOf(api) {
  return readApi(api).function.map(({ name }) => name);
}

function write(library, names) {
  writeSymbolList(folder, library, names.map(inObjects));
}

/** As object files spell what C calls so. */
function inObjects(name) {
  return `_${name}`;
}
