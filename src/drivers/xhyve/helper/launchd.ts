import { execFile } from 'node:child_process';

import { HvError } from '../../../errors';
import { LABEL } from './daemon';
import type { Launcher } from './install';

const PROGRAM = '/bin/launchctl';
const SERVICE = `system/${LABEL}`;
const DEADLINE_MS = 30_000;

/** macOS's own. */
export const launchd: Launcher = {
  async start(daemon) {
    // It knows one service of a name, and reads its file once.
    if (await launchd.isStarted()) await launchd.stop();
    // Somebody may have switched it off, which outlives its removal.
    await launchctl('enable', SERVICE);
    await launchctl('bootstrap', 'system', daemon);
  },
  async isStarted() {
    return (await run('print', SERVICE)).status === 0;
  },
  stop: () => launchctl('bootout', SERVICE),
};

async function launchctl(...words: string[]): Promise<void> {
  const { status, said } = await run(...words);
  if (status === 0) return;
  const command = [PROGRAM, ...words].join(' ');
  throw new HvError({
    code: 'ERR_XHYVE_SETUP',
    message: `launchd refused: ${said.trim() || `status ${status}`}`,
    hint: `sudo ${command}`,
  });
}

function run(...words: string[]): Promise<{ status: number | string | null; said: string }> {
  return new Promise((resolve) => {
    execFile(PROGRAM, words, { timeout: DEADLINE_MS }, (error, stdout, stderr) => {
      resolve({ status: error ? (error.code ?? null) : 0, said: `${stdout}${stderr}` });
    });
  });
}
