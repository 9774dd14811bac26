import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from '@swc/core';

/**
 * The examples in README.md and docs/ are programs: each block marked `ts` runs against the built package, and what its
 * comments promise (`// → text`) is what it prints, in that order. Those marked `ts machine` make machines;
 * `ts driver` is a driver, with its package.json (`json driver`) and its tests (`ts driver test`).
 */
export interface Example {
  name: string;
  source: string;
}

const ROOT = join(__dirname, '..', '..');
const PLACE = join(ROOT, 'build', 'docs-examples');

type Mark = 'ts' | 'ts machine' | 'ts driver' | 'json driver' | 'ts driver test';

export function examplesMarked(mark: Mark): Example[] {
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

/** Of the only one that is marked so. */
export function exampleMarked(mark: Mark): string {
  const [example, ...others] = examplesMarked(mark);
  if (!example || others.length > 0) throw new Error(`${others.length + 1} examples are marked ${mark}`);
  return example.source;
}

/** As it is run. Node 20 knows no `using`. */
export function compiled(source: string): string {
  return transformSync(source, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }).code;
}

export function promisedBy({ source }: Example): string[] {
  return [...source.matchAll(/\/\/ → (.*)$/gm)].map((match) => match[1] ?? '');
}

/** As a module inside the package, where its own name resolves through "exports", as it does for a user. */
export function printedBy({ name, source }: Example, env: NodeJS.ProcessEnv = process.env): string[] {
  mkdirSync(PLACE, { recursive: true });
  const file = join(PLACE, `${name.replaceAll(/\W+/g, '-')}.mjs`);
  writeFileSync(file, compiled(source));
  return execFileSync(process.execPath, [file], { encoding: 'utf8', timeout: 240_000, env }).trimEnd().split('\n');
}
