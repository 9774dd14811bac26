import { spawnSync } from 'node:child_process';

import { Failure } from './targets.mjs';

/** Runs a program to its end, quietly; its output is shown when it fails. */
export function run(command, args, options = {}) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 256 << 20,
    ...options,
  });
  if (error) throw new Failure(`${command} could not be run: ${error.message}`, { cause: error });
  if (status === 0) return stdout;
  throw new Failure(`${command} ${args.join(' ')}\nended with ${signal ?? status}:\n${stdout}${stderr}`);
}

/** Says in one go which programs are not there, and what brings them. */
export function requirePrograms(programs) {
  const missing = Object.entries(programs).filter(([program]) => !isOnPath(program));
  if (missing.length === 0) return;
  const names = missing.map(([program]) => program).join(', ');
  const packages = [...new Set(missing.map(([, bringer]) => bringer))].join(' ');
  throw new Failure(`Not on this machine: ${names}. On Debian and Ubuntu: apt-get install ${packages}`);
}

function isOnPath(program) {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0;
}
