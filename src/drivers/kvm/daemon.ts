import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../errors';
import { textOf } from '../../files';
import { LibvirtError, type Connection } from '../../native/libvirt';
import { openDaemon } from './open';

const SBIN = ['/usr/sbin', '/usr/local/sbin', '/usr/bin'];
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
/** Seconds without a client and a running machine, after which a daemon of ours ends by itself. */
const IDLE = '120';
/**
 * The pid file is libvirt's own: of several that are started in one moment, by whomever, one runs. With another file they
 * would take each other's socket away.
 */
const ARGUMENTS: readonly string[] = ['--daemon', '--timeout', IDLE];
const START_DEADLINE = 30_000;
const RETRY = 100;
const LAST_WORDS = 1000;

/** Opens a connection; if nobody listens there, what starts the daemon is called first. */
export async function connectOrStart(
  uri: string,
  { readOnly = false, start }: { readOnly?: boolean; start: () => Promise<void> },
): Promise<Connection> {
  try {
    return await openDaemon(uri, { readOnly });
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    await start();
  }
  // Another process may have been first: its daemon needs a moment until it listens.
  const deadline = Date.now() + START_DEADLINE;
  for (;;) {
    try {
      return await openDaemon(uri, { readOnly });
    } catch (error) {
      if (!isUnanswered(error) || Date.now() > deadline) throw error;
      await delay(RETRY);
    }
  }
}

/** Nobody listens, as opposed to: somebody does, and says no. */
export function isUnanswered(error: unknown): boolean {
  return LibvirtError.is(error) && /Failed to connect socket.*(No such file|refused)/s.test(error.message);
}

/** Starts a daemon that ends by itself when it is of no use any more, and returns when it listens. */
export async function startDaemon(name: string, environment: Readonly<Record<string, string>> = {}): Promise<void> {
  const program = programOf(name);
  if (program === undefined) throw notInstalled(name);
  const { status, said } = await run(program, ARGUMENTS, environment);
  // Somebody else's holds the pid file, and so listens, or will.
  if (status === 0 || /pid ?file/i.test(said)) return;
  throw new HvError({
    code: 'ERR_LIBVIRT_DAEMON',
    message: `${program} did not start: ${said.trim() || `it ended with ${status ?? 'a signal'}`}`,
    hint: `To see why, start it in a terminal: ${program} --verbose`,
  });
}

/** Whether the system's daemon of this name is one that startDaemon() started. */
export async function isStartedHere(name: string): Promise<boolean> {
  const pid = (await textOf(join('/run', `${name}.pid`)))?.trim();
  const commandLine = pid === undefined ? undefined : await textOf(join('/proc', pid, 'cmdline'));
  return commandLine?.split('\0').slice(1, -1).join(' ') === ARGUMENTS.join(' ');
}

function notInstalled(name: string): HvError {
  return new HvError({
    code: 'ERR_LIBVIRT_DAEMON',
    message: `No libvirt daemon runs, and ${name} is not installed`,
    hint: '`hvkit doctor` has the command that installs it on this system.',
  });
}

/** Where it is, if nobody but root could have put it there. */
export function programOf(name: string): string | undefined {
  return SBIN.map((folder) => join(folder, name)).find((path) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() === true && stats.uid === 0 && (stats.mode & 0o022) === 0;
  });
}

/** Of several daemons that do the same, those that are installed; libvirt's older way is the first. */
export function installedDaemons(...sets: readonly (readonly string[])[]): readonly string[] | undefined {
  return sets.find((names) => names.every((name) => programOf(name) !== undefined));
}

/** Where systemd runs the system, it starts daemons. */
export async function startUnits(units: readonly string[]): Promise<void> {
  const { status, said } = await run('/usr/bin/systemctl', ['start', ...units]);
  if (status === 0) return;
  throw new HvError({
    code: 'ERR_LIBVIRT_DAEMON',
    message: `systemd could not start ${units.join(' ')}: ${said.trim()}`,
    hint: `systemctl status ${units.join(' ')}`,
  });
}

export function hasSystemd(): boolean {
  return existsSync('/run/systemd/system');
}

/** In a session of its own and with nothing of ours: what it starts outlives this process. */
async function run(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ status: number | null; said: string }> {
  const child = spawn(program, args, {
    cwd: '/',
    detached: true,
    env: { PATH, LC_ALL: 'C', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: START_DEADLINE,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  // Not `close`: what stays in the background holds the other end of the pipe.
  const [status] = (await once(child, 'exit')) as [number | null];
  // Of one that failed nothing stays, but what it said may still be on its way.
  if (status !== 0) await finished(child.stderr, { signal: AbortSignal.timeout(LAST_WORDS) }).catch(() => undefined);
  child.stderr.destroy();
  return { status, said };
}
