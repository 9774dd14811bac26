// Puts the command line into one file, dist/bundle/hvkit.js: to find and read some hundred files takes Node longer than the
// work of most commands. Packages that few commands need lie beside it, each in one file as well: what is not read costs
// nothing. What a program imports stays as it is.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const BUNDLE = join(DIST, 'bundle', 'hvkit.js');

/** By the file that they are in: those that share state, or code, are in one. */
const APART = {
  asn1: ['@peculiar/asn1-csr', '@peculiar/asn1-schema', '@peculiar/asn1-x509'],
  ssh2: ['ssh2'],
  xml: ['fast-xml-builder', 'fast-xml-parser'],
  yaml: ['yaml'],
  zod: ['zod'],
};

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // Who loads it relies on that.
  charset: 'ascii',
  // Names stay as they are, and lines short, for whoever reads a stack.
  minifyWhitespace: true,
  lineLimit: 120,
  legalComments: 'linked',
  logLevel: 'warning',
};

if (!isNewest(BUNDLE)) {
  for (const [name, packages] of Object.entries(APART)) {
    const members = packages.map(
      (each) => `get ${JSON.stringify(each)}() { return require(${JSON.stringify(each)}); }`,
    );
    await build({
      ...common,
      stdin: { contents: `module.exports = { ${members.join(', ')} };`, resolveDir: ROOT },
      outfile: join(dirname(BUNDLE), `${name}.js`),
      // Optional, and compiled on the machine itself.
      external: ['cpu-features', 'ssh2/*.node'],
      plugins: [{ name: 'own binaries', setup: keepBinaries }],
    });
  }
  await build({
    ...common,
    entryPoints: [join(DIST, 'cli', 'run.js')],
    outfile: BUNDLE,
    // It imports what is not ours.
    external: ['*/import-module'],
    plugins: [
      { name: 'own folder', setup: keepFolders },
      { name: 'no processes', setup: spawnLater },
      { name: 'apart', setup: setApart },
    ],
  });
}

function setApart({ onResolve, onLoad }) {
  const files = Object.entries(APART).flatMap(([name, packages]) => packages.map((each) => [each, `./${name}.js`]));
  const fileOf = new Map(files);
  onResolve({ filter: /^[^./]/ }, ({ path }) => (fileOf.has(path) ? { path, namespace: 'apart' } : undefined));
  onResolve({ filter: /^[.]/, namespace: 'apart' }, ({ path }) => ({ path, external: true }));
  onLoad({ filter: /^/, namespace: 'apart' }, ({ path }) => {
    const contents = `module.exports = require(${JSON.stringify(fileOf.get(path))})[${JSON.stringify(path)}];`;
    return { contents };
  });
}

/** ssh2 looks for a faster cipher of its own beside its files, where it was compiled. */
function keepBinaries({ onLoad }) {
  onLoad({ filter: /[/\\]ssh2[/\\]lib[/\\]protocol[/\\]crypto\.js$/ }, async ({ path }) => {
    const beside = "require('./crypto/build/";
    return {
      contents: replaced(path, await readFile(path, 'utf8'), beside, "require('ssh2/lib/protocol/crypto/build/"),
    };
  });
}

/** A file that looks for others beside it goes on looking where it was. */
function keepFolders({ onLoad }) {
  onLoad({ filter: /[/\\]dist[/\\].*\.js$/ }, async ({ path }) => {
    const text = await readFile(path, 'utf8');
    const way = relative(dirname(BUNDLE), dirname(path));
    const folder = `require("node:path").join(__dirname, ${JSON.stringify(way)})`;
    return { contents: text.replaceAll(/\b__dirname\b/g, () => folder) };
  });
}

/** Commander can run commands that are programs of their own. None of ours is, and what Node has for it takes milliseconds. */
function spawnLater({ onLoad }) {
  onLoad({ filter: /[/\\]commander[/\\]lib[/\\]command\.js$/ }, async ({ path }) => {
    const eager = "require('node:child_process')";
    const late = `{ spawn: (...given) => ${eager}.spawn(...given) }`;
    return { contents: replaced(path, await readFile(path, 'utf8'), eager, late) };
  });
}

/** Of somebody else's file, in which it must stand once. */
function replaced(path, text, before, after) {
  if (text.split(before).length !== 2) throw new Error(`${path} is another one than it was`);
  return text.replace(before, () => after);
}

function isNewest(file) {
  if (!existsSync(file)) return false;
  const { mtimeMs } = statSync(file);
  const inputs = readdirSync(DIST, { recursive: true })
    .filter((name) => name.endsWith('.js') && !name.startsWith('bundle'))
    .map((name) => join(DIST, name));
  return [...inputs, join(ROOT, 'package-lock.json'), import.meta.filename].every(
    (input) => statSync(input).mtimeMs <= mtimeMs,
  );
}
