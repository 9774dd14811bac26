import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../../errors';
import { LABEL } from './daemon';
import type { Launcher } from './install';

const SERVICE = `system/${LABEL}`;
const DEADLINE_MS = 30_000;
const PAUSE_MS = 50;
/** What it ends with where a service takes its time to end. */
const IN_PROGRESS = 36;

interface Ended {
  status: number | string | null;
  said: string;
}

/** macOS's own. */
export function launchd(program = '/bin/launchctl'): Launcher {
  const run = (...words: string[]): Promise<Ended> =>
    new Promise((resolve) => {
      execFile(program, words, { timeout: DEADLINE_MS }, (error, stdout, stderr) => {
        resolve({ status: error ? (error.code ?? null) : 0, said: `${stdout}${stderr}` });
      });
    });
  const launchctl = async (...words: string[]): Promise<void> => {
    const ended = await run(...words);
    if (ended.status !== 0) throw refused([program, ...words], ended);
  };
  const isStarted = async (): Promise<boolean> => (await run('print', SERVICE)).status === 0;
  const stop = async (): Promise<void> => {
    const ended = await run('bootout', SERVICE);
    if (ended.status !== 0 && ended.status !== IN_PROGRESS) throw refused([program, 'bootout', SERVICE], ended);
    // It tells nobody when it is done, and takes no service of the same name before.
    const until = performance.now() + DEADLINE_MS;
    while (await isStarted()) {
      if (performance.now() > until) throw refused([program, 'bootout', SERVICE], ended);
      await delay(PAUSE_MS);
    }
  };
  return {
    isStarted,
    stop,
    async start(daemon) {
      // It knows one service of a name, and reads its file once.
      if (await isStarted()) await stop();
      // Somebody may have switched it off, which outlives its removal.
      await launchctl('enable', SERVICE);
      await launchctl('bootstrap', 'system', daemon);
    },
  };
}

function refused(command: readonly string[], { status, said }: Ended): HvError {
  return new HvError({
    code: 'ERR_XHYVE_SETUP',
    message: `launchd refused: ${said.trim() || `status ${status}`}`,
    hint: `sudo ${command.join(' ')}`,
  });
}
