// Puts the command line into one file, dist/bundle/hvkit.js: to find and read some hundred files takes Node longer than the
// work of most commands. What a program imports stays as it is.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const BUNDLE = join(DIST, 'bundle', 'hvkit.js');

if (!isNewest(BUNDLE)) {
  await build({
    entryPoints: [join(DIST, 'cli', 'run.js')],
    outfile: BUNDLE,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // Who loads it relies on that.
    charset: 'ascii',
    // Names stay as they are, and lines short, for whoever reads a stack.
    minifyWhitespace: true,
    lineLimit: 120,
    // The one looks for binaries of its own beside its files, the other imports what is not ours.
    external: ['ssh2', '*/import-module'],
    legalComments: 'linked',
    logLevel: 'warning',
    plugins: [
      { name: 'own folder', setup: keepFolders },
      { name: 'no processes', setup: spawnLater },
    ],
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
    const text = await readFile(path, 'utf8');
    const eager = "require('node:child_process')";
    if (text.split(eager).length !== 2) throw new Error(`${path} is another one than it was`);
    return { contents: text.replace(eager, () => `{ spawn: (...given) => ${eager}.spawn(...given) }`) };
  });
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
