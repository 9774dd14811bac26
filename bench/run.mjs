#!/usr/bin/env node
// Measures, prints, and on demand writes the page of a suite. bench/README.md
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { Bench } from './harness/bench.mjs';
import { machine } from './harness/machine.mjs';
import { page } from './harness/page.mjs';

const ROOT = join(import.meta.dirname, '..');
const SUITES = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'harness')
  .map(({ name }) => name);
const INSIDE = 'HVKIT_BENCH_INSIDE';

const USAGE = `Usage: npm run bench -- <suite> [options]        suites: ${SUITES.join(', ')}
  --write               write the results to docs/bench-<suite>.md
  --rounds <n>          in each round every contender runs once (21)
  --sample <ms>         how long a contender runs in a round (25)
  --quick               5 rounds of 5 ms: to see that it works; the numbers mean little
  --only <text>         only the parts whose name holds the text; such a run is not for the page
  --against NAME=DIR    another built hvkit, measured beside this one; may be given again`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    sample: { type: 'string' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    against: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', default: false },
  },
});

const [name, ...others] = positionals;
if (values.help) {
  console.log(USAGE);
} else if (!SUITES.includes(name) || others.length > 0 || (values.write && values.only)) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const suite = await import(`./${name}/suite.mjs`);
  if (suite.within && !process.env[INSIDE]) {
    suite.prepare?.(ROOT);
    process.exitCode = again(suite.within);
  } else {
    await measure(name, suite);
  }
}

/** Runs this command again inside of what the suite needs around it. */
function again([command, ...args]) {
  const { status, error } = spawnSync(
    join(ROOT, command),
    [...args, process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    { cwd: ROOT, stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } },
  );
  if (error) throw error;
  return status ?? 1;
}

async function measure(name, suite) {
  const folder = join(ROOT, 'build', 'bench', name);
  mkdirSync(folder, { recursive: true });
  const bench = new Bench({
    root: ROOT,
    folder,
    rounds: Number(values.rounds ?? (values.quick ? 5 : 21)),
    sampleMs: Number(values.sample ?? (values.quick ? 5 : 25)),
    only: values.only,
    against: values.against.map((text) => {
      const [label, ...dir] = text.split('=');
      return { label, dir: resolve(dir.join('=')) };
    }),
  });
  const facts = { ...machine(), ...suite.versions(bench) };
  const report = await suite.run(bench);
  const text = page({ command: `npm run bench -- ${name} --write`, facts, bench, report });
  console.log(text);
  writeFileSync(join(folder, 'samples.jsonl'), bench.samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''));
  if (!values.write) return;
  const file = join(ROOT, 'docs', `bench-${name}.md`);
  mkdirSync(join(ROOT, 'docs'), { recursive: true });
  writeFileSync(file, text);
  console.error(`written: ${relative(process.cwd(), file)}`);
}
