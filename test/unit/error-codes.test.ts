import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

function codesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|cc|h)$/.test(name))
    .flatMap(
      (name) =>
        readFileSync(join(ROOT, folder, name), 'utf8').match(/(?<=['"])(?:ERR_[A-Z_]+|ABORT_ERR)(?=['"])/g) ?? [],
    );
}

test('docs/errors.md lists exactly the codes that the source has', () => {
  // What an addon rejects with for a failure of libvirt: users see libvirt's own name instead.
  const internal = new Set(['ERR_LIBVIRT']);
  const used = new Set([...codesIn('src'), ...codesIn('native')].filter((code) => !internal.has(code)));
  const documented = readFileSync(join(ROOT, 'docs', 'errors.md'), 'utf8').match(/(?<=^\| `)[A-Z_]+(?=` \|)/gm) ?? [];
  expect(documented.toSorted()).toEqual([...used].toSorted());
});

test('the rows of each of its tables stand in the order of their codes', () => {
  const lines = readFileSync(join(ROOT, 'docs', 'errors.md'), 'utf8').split('\n');
  const tables: string[][] = [[]];
  for (const line of lines) {
    const code = /^\| `([A-Z_]+)` \|/.exec(line)?.[1];
    if (code === undefined) tables.push([]);
    else tables.at(-1)?.push(code);
  }
  for (const codes of tables) expect(codes).toEqual(codes.toSorted());
});

test('README.md names only codes that docs/errors.md explains', () => {
  const explained = readFileSync(join(ROOT, 'docs', 'errors.md'), 'utf8').match(/(?<=^\| `)[A-Z_]+(?=` \|)/gm) ?? [];
  const named = readFileSync(join(ROOT, 'README.md'), 'utf8').match(/\bERR_[A-Z_]+/g) ?? [];
  expect(named).not.toEqual([]);
  expect(explained).toEqual(expect.arrayContaining(named));
});
