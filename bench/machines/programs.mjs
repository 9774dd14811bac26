import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What everything is compared with: a program of Node's that does nothing. */
export const NODE = '`node -e 0`';

/** `{label, command, expected}`: a program with its arguments, and the text, or the texts, that its output must hold. */
export const nothing = { label: NODE, command: [process.execPath, '-e', '0'] };

export const hvkit = faceOf('hvkit');
export const dockerMachine = faceOf('docker-machine');

function faceOf(name) {
  return (bench, ...argv) => ({
    label: `\`${name} ${argv.filter((word) => !/^bench-/.test(word)).join(' ')}\``,
    command: [process.execPath, join(bench.root, 'bin', `${name}.js`), ...argv],
  });
}

/** Whole processes, from the start to the end, in interleaved rounds: `{label: [nanoseconds, round by round]}`. */
export async function comparePrograms(bench, part, programs, given, rounds = bench.rounds) {
  bench.note(part);
  // Not the user's: another hvkit would take turns with this one in it.
  const env = { ...given, XDG_CACHE_HOME: bench.folder };
  const times = Object.fromEntries(programs.map(({ label }) => [label, []]));
  // The first run compiles, and fills caches.
  for (const program of programs) once(program, env);
  await bench.inRounds(
    programs,
    (program, round) => {
      const ns = once(program, env);
      times[program.label].push(ns);
      bench.samples.push({ part, verb: 'run', contender: program.label, round, count: 1, ns });
    },
    rounds,
  );
  return times;
}

function once({ label, command: [file, ...args], expected = '' }, env) {
  const start = process.hrtime.bigint();
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  const ns = Number(process.hrtime.bigint() - start);
  if (error) throw error;
  const isWhole = [expected].flat().every((text) => stdout.includes(text));
  if (status !== 0 || !isWhole) throw new Error(`${label} ended with ${status}: ${stdout}${stderr}`);
  return ns;
}

/** In bytes; of a program of Node's. */
export function peakOf(bench, { command: [file, ...args] }, env) {
  const peak = join(bench.folder, 'peak');
  spawnSync(file, ['-r', join(import.meta.dirname, 'peak.cjs'), ...args], {
    env: { ...process.env, ...env, BENCH_PEAK: peak },
  });
  return Number(readFileSync(peak, 'utf8'));
}
