import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes what the linker takes for a library that exports these symbols, as they are spelled in object files. */
export function writeSymbolList(folder, library, symbols) {
  write(join(folder, `lib${library}.tbd`), `/usr/local/lib/lib${library}.dylib`, symbols);
}

/** The same of a framework. */
export function writeFramework(folder, framework, symbols) {
  const place = join(folder, `${framework}.framework`);
  mkdirSync(place, { recursive: true });
  const installed = `/System/Library/Frameworks/${framework}.framework/Versions/A/${framework}`;
  write(join(place, `${framework}.tbd`), installed, symbols);
}

function write(file, installName, symbols) {
  const targets = 'targets: [ x86_64-macos, arm64-macos ]';
  const text = [
    '--- !tapi-tbd',
    'tbd-version: 4',
    targets,
    `install-name: '${installName}'`,
    'exports:',
    `  - ${targets}`,
    `    symbols: [ ${symbols.join(', ')} ]`,
    '...',
    '',
  ];
  writeFileSync(file, text.join('\n'));
}
