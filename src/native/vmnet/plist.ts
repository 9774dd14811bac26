import { readBinaryPlist } from './plist-binary';
import { notPlist, type PlistValue } from './plist-value';
import { readXmlPlist } from './plist-xml';

/** Larger ones are no settings. */
const LARGEST = 1 << 20;
const BINARY = 'bplist';

/** Reads a property list in either form that macOS writes. */
export function parsePlist(bytes: Uint8Array): PlistValue {
  if (bytes.length > LARGEST) throw notPlist(`it has ${bytes.length} bytes`);
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, BINARY.length)).toString('latin1');
  return start === BINARY ? readBinaryPlist(bytes) : readXmlPlist(new TextDecoder().decode(bytes));
}
