#!/usr/bin/env node
// Makes the binaries that a published package carries, and tells whether they may be published. docs/prebuilds.md
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { apisOfThisMachine, build, ROOT } from './prebuild/build.mjs';
import { inspect, isFor } from './prebuild/inspect.mjs';
import { Failure, filesOf, HOST, PROGRAMS, TARGETS, targetOf } from './prebuild/targets.mjs';
import { tryOut } from './prebuild/try.mjs';

const USAGE = `Usage: node scripts/prebuild.mjs [options]
  --target <platform>-<arch>  what to build for (this machine's: ${HOST})
  --out <folder>              where to put it (prebuilds)
  --try                       load the result on old and new releases of Debian, with an emulator where needed
  --check                     build nothing: say whether every binary that a release needs is there
  --inspect <file>            build nothing: say what a file asks for, and whether it may be published`;

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: HOST },
    out: { type: 'string', default: join(ROOT, 'prebuilds') },
    try: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    inspect: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

try {
  if (values.help) console.log(USAGE);
  else if (values.check) checkAll(resolve(values.out));
  else if (values.inspect) report(values.inspect, targetOf(values.target), apisOfThisMachine());
  else make(values.target, resolve(values.out));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function make(name, out) {
  const target = targetOf(name);
  const { files, apis } = build(name);
  for (const [each, built] of Object.entries(files)) {
    report(built, target, apis);
    const file = join(out, name, each);
    mkdirSync(dirname(file), { recursive: true });
    // Renamed into place: a process that has the old file loaded keeps it whole.
    copyFileSync(built, `${file}.new`);
    renameSync(`${file}.new`, file);
    console.log(`  is now ${relative(process.cwd(), file)}`);
  }
  if (values.try) tryOut(target, join(out, name));
}

function report(file, target, apis) {
  const { facts, faults } = inspect(file, target, apis);
  if (faults.length > 0) {
    throw new Failure([`${file} may not be published for ${target.name}. It`, ...faults].join('\n  '));
  }
  console.log(`${basename(file)} for ${target.name}, ${Math.ceil(statSync(file).size / 1024)} KiB`);
  for (const [fact, value] of Object.entries(facts)) console.log(`  ${fact}: ${value}`);
}

function checkAll(out) {
  const wrong = [];
  for (const [name, target] of Object.entries(TARGETS)) {
    for (const each of filesOf(target)) {
      const file = join(out, name, each);
      if (!existsSync(file)) wrong.push(`${relative(process.cwd(), file)}: missing`);
      else if (!isFor(file, target)) {
        wrong.push(`${relative(process.cwd(), file)}: no ${target.format} file for ${name}`);
      }
      // npm packs modes, and what carried a program here may have lost its own.
      else if (each in PROGRAMS) chmodSync(file, 0o755);
    }
  }
  if (wrong.length > 0) throw new Failure(['Not every prebuilt binary is there:', ...wrong].join('\n  '));
  console.log(`All prebuilt binaries are there: ${Object.keys(TARGETS).join(', ')}`);
}
