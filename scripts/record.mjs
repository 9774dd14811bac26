#!/usr/bin/env node
// record NAME: runs the commands of docs/recordings/NAME.txt in a terminal, one after the other, and writes what it showed
// as a moving picture: docs/recordings/NAME.svg. Runs where it is started: for machines, inside test/lab/run.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { capture } from './record/capture.mjs';
import { film } from './record/film.mjs';
import { screens } from './record/screens.mjs';

const ROOT = join(import.meta.dirname, '..');
const SIZE = { columns: 92, rows: 17 };

const [name, ...others] = process.argv.slice(2);
if (!name || others.length > 0) {
  console.error('Usage: npm run record -- NAME        a file docs/recordings/NAME.txt with a command on each line');
  process.exitCode = 2;
} else {
  const path = join(ROOT, 'docs', 'recordings', name);
  const commands = readFileSync(`${path}.txt`, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const { output, failed } = await capture(commands, { ...SIZE, bin: join(ROOT, 'bin') });
  if (failed) {
    console.error(`record: "${failed}" failed; ${name}.svg stays as it was`);
    process.exitCode = 1;
  } else {
    writeFileSync(`${path}.svg`, film(await screens(output, SIZE), SIZE));
    console.log(`wrote docs/recordings/${name}.svg`);
  }
}
