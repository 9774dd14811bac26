import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from '@swc/core';

/**
 * The examples in README.md and docs/ are programs: each block marked `ts` runs against the built package, and what its
 * comments promise (`// → text`) is what it prints, in that order. Those marked `ts machine` make machines;
 * `ts driver` is a driver with its tests.
 */
export interface Example {
  name: string;
  source: string;
}

const ROOT = join(__dirname, '..', '..');
const PLACE = join(ROOT, 'build', 'docs-examples');

export function examplesMarked(mark: 'ts' | 'ts machine' | 'ts driver'): Example[] {
  const documents = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)];
  return documents.filter((file) => file.endsWith('.md')).flatMap((file) => examplesIn(file, mark));
}

function examplesIn(file: string, mark: string): Example[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${mark}\n(.*?)^\`\`\`$`, 'gms'))].map((match, index) => ({
    name: `${file} #${index + 1}`,
    source: match[1] ?? '',
  }));
}

export function promisedBy({ source }: Example): string[] {
  return [...source.matchAll(/\/\/ → (.*)$/gm)].map((match) => match[1] ?? '');
}

/** As a module inside the package, where its own name resolves through "exports", as it does for a user. */
export function printedBy({ name, source }: Example, env: NodeJS.ProcessEnv = process.env): string[] {
  // Node 20 knows no `using`.
  const { code } = transformSync(source, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } });
  mkdirSync(PLACE, { recursive: true });
  const file = join(PLACE, `${name.replaceAll(/\W+/g, '-')}.mjs`);
  writeFileSync(file, code);
  return execFileSync(process.execPath, [file], { encoding: 'utf8', timeout: 240_000, env }).trimEnd().split('\n');
}
