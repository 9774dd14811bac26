import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from '@swc/core';

/**
 * The examples in README.md and docs/ are programs: each block marked `ts` runs against the built package, and what its
 * comments promise (`// → text`) is what it prints, in that order.
 */
const ROOT = join(__dirname, '..', '..');
const PLACE = join(ROOT, 'build', 'docs-examples');

interface Example {
  name: string;
  source: string;
}

function examplesIn(file: string): Example[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match, index) => ({
    name: `${file} #${index + 1}`,
    source: match[1] ?? '',
  }));
}

const documents = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)];
const examples = documents.filter((file) => file.endsWith('.md')).flatMap(examplesIn);

function promised(source: string): string[] {
  return [...source.matchAll(/\/\/ → (.*)$/gm)].map((match) => match[1] ?? '');
}

/** As a module inside the package, where its own name resolves through "exports", as it does for a user. */
function run({ name, source }: Example): string[] {
  const { code } = transformSync(source, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } });
  mkdirSync(PLACE, { recursive: true });
  const file = join(PLACE, `${name.replaceAll(/\W+/g, '-')}.mjs`);
  writeFileSync(file, code);
  return execFileSync(process.execPath, [file], { encoding: 'utf8', timeout: 30_000 }).trimEnd().split('\n');
}

test('there are examples', () => {
  expect(examples.map(({ name }) => name)).toContain('README.md #1');
});

test.each(examples)('$name does what it says', (example) => {
  const expected = promised(example.source);
  expect(expected.length).toBeGreaterThan(0);
  expect(run(example)).toEqual(expected);
});
