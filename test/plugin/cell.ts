import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '..', '..');
const FOLDER = join(ROOT, 'build', 'plugin');

/** docker-machine-driver-cell, built by Go from `driver/`. */
export const CELL = join(FOLDER, 'docker-machine-driver-cell');

export async function buildCell(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const env = { ...process.env, GO111MODULE: 'off', GOCACHE: join(FOLDER, 'cache'), GOFLAGS: '', CGO_ENABLED: '0' };
  await promisify(execFile)('go', ['build', '-o', CELL, '.'], { cwd: join(__dirname, 'driver'), env });
}

/** An environment in which hvkit finds it, and what it is asked for. */
export function withCell(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${FOLDER}${delimiter}${process.env['PATH'] ?? ''}`, CELL_SECRET: 'open', ...more };
}

/** Its processes and those of its machines that have to do with a home. */
export function processesOf(home: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
        const isOurs = command.startsWith(CELL) || command.includes('sshd');
        return isOurs && `${command}\0${environment}`.includes(home) ? [`${pid} ${command.slice(0, 80)}`] : [];
      } catch {
        // It went meanwhile.
        return [];
      }
    });
}
