import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes what the linker takes for a library that exports these symbols, as they are spelled in object files. */
export function writeSymbolList(folder, library, symbols) {
  const targets = 'targets: [ x86_64-macos, arm64-macos ]';
  const text = [
    '--- !tapi-tbd',
    'tbd-version: 4',
    targets,
    `install-name: '/usr/local/lib/lib${library}.dylib'`,
    'exports:',
    `  - ${targets}`,
    `    symbols: [ ${symbols.join(', ')} ]`,
    '...',
    '',
  ];
  writeFileSync(join(folder, `lib${library}.tbd`), text.join('\n'));
}
