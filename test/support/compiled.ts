import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { transformSync } from '@swc/core';

const DIST = join(__dirname, '..', '..', 'dist');

/** Puts files of this folder into another one as JavaScript, for processes that run hvkit as it is built. */
export function compileSupport(names: readonly string[], folder: string): void {
  for (const name of names) {
    const source = readFileSync(join(__dirname, `${basename(name)}.ts`), 'utf8');
    const { code } = transformSync(source, {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
      module: { type: 'commonjs' },
    });
    const packages = join(__dirname, '..', '..', 'node_modules');
    const found = code
      .replaceAll('"../../src/', `"${DIST}/`)
      .replaceAll(/require\("(zod)"\)/g, (_, each: string) => `require("${packages}/${each}")`);
    writeFileSync(join(folder, `${name}.js`), found);
  }
}
