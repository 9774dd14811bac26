import { readFile, rename, rm, writeFile } from 'node:fs/promises';

import { HvError } from '../../errors';
import { isAlive, type ProcessIdentity } from '../../native/hyperkit';
import type { DriverMachine, MachineState } from '../driver';
import { runFiles } from './files';

/** The process of a machine, as it stands in its folder, for whoever watches that. */
export interface VmProcess extends ProcessIdentity {
  /** hyperkit itself does not tell. */
  readonly paused: boolean;
}

type Place = Pick<DriverMachine, 'folder' | 'name'>;

/** The one that was started last, which may have ended; undefined if none was. */
export async function recordedProcess({ folder, name }: Place): Promise<VmProcess | undefined> {
  const path = runFiles(folder).process;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  return processOf(text) ?? Promise.reject(damaged(name, path));
}

export async function recordProcess({ folder }: Place, process: VmProcess): Promise<void> {
  const path = runFiles(folder).process;
  await writeFile(`${path}.part`, `${JSON.stringify(process)}\n`, { mode: 0o600, flush: true });
  await rename(`${path}.part`, path);
}

/** What a process leaves that did not end by itself would stop the next one. */
export async function forgetProcess({ folder }: Place): Promise<void> {
  const { process, pidfile, terminal } = runFiles(folder);
  for (const path of [process, pidfile, terminal]) await rm(path, { force: true });
}

/** The process, if it runs. */
export async function runningProcess(place: Place): Promise<VmProcess | undefined> {
  const recorded = await recordedProcess(place);
  return recorded && (await isAlive(recorded)) ? recorded : undefined;
}

export async function stateOf(place: Place): Promise<MachineState> {
  const running = await runningProcess(place);
  if (!running) return 'Stopped';
  return running.paused ? 'Paused' : 'Running';
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function processOf(text: string): VmProcess | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { pid, start, paused } = (value ?? {}) as Partial<VmProcess>;
  const isOne = typeof pid === 'number' && typeof start === 'string' && typeof paused === 'boolean';
  return isOne ? (value as VmProcess) : undefined;
}

function damaged(name: string, path: string): HvError {
  return new HvError({
    code: 'ERR_XHYVE_PROCESS',
    message: `Which process the machine "${name}" is cannot be read from ${path}`,
    hint: `End it by hand if it runs (ps ax | grep hyperkit), and delete that file.`,
  });
}
