// Reads libvirt's own API description, the XML that libvirt-dev installs.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { XMLParser } from 'fast-xml-parser';

const LISTS = new Set(['enum', 'macro', 'function', 'arg']);

/** The symbols of `libvirt` or `libvirt-qemu`, as the parser gives them. */
export function readApi(name) {
  const path = apiPath(`${name.replace('-', '_')}_api`) ?? `/usr/share/libvirt/api/${name}-api.xml`;
  if (!existsSync(path)) {
    throw new Error(`${path} is missing: it comes with libvirt's development files (apt install libvirt-dev)`);
  }
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    isArray: (tag) => LISTS.has(tag),
  });
  return parser.parse(readFileSync(path, 'utf8')).api.symbols;
}

function apiPath(variable) {
  try {
    return execFileSync('pkg-config', [`--variable=${variable}`, 'libvirt'], { encoding: 'utf8' }).trim() || undefined;
  } catch (error) {
    // No pkg-config, or it does not know libvirt: the place where every distribution puts the file is tried next.
    if (error.code === 'ENOENT' || error.status > 0) return undefined;
    throw error;
  }
}
