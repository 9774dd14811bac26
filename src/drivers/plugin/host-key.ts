import { randomBytes } from 'node:crypto';
import { link, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../errors';
import { isErrno, textOf, writeWhole } from '../../files';
import { shownHostKey } from '../../ssh/host-key';
import { fingerprint } from '../../ssh/public-key';

/** In the folder of the machine: the key that its ssh server showed when it was met for the first time. */
const FILE = 'pinned_host_key';
const ASK_MS = 15_000;
/** Between two looks whether a server is there by now. */
const PAUSE = { first: 100, growth: 1.5, longest: 2000 };

/** Codes of a server that did not answer as it will. */
const OF_SSH = /^ERR_SSH_[A-Z]/;

export interface Door {
  name: string;
  folder: string;
  host: string;
  port: number;
  warn: (message: string) => void;
}

/** These drivers tell no host key: the first one that is seen is the machine's from then on, and any other is refused. */
export async function pinnedHostKey(door: Door): Promise<string> {
  const known = await textOf(join(door.folder, FILE));
  return known?.trim() ?? pin(door, await shownHostKey(door, { timeoutMs: ASK_MS }));
}

/** Of a machine that starts: its ssh server may take a while. Whoever ends that is told what was in the way last. */
export async function awaitHostKey(door: () => Promise<Door | undefined>, signal: AbortSignal): Promise<void> {
  let last: HvError | undefined;
  for (let pause = PAUSE.first; ; pause = Math.min(pause * PAUSE.growth, PAUSE.longest)) {
    const found = await door();
    if (found) {
      if ((await textOf(join(found.folder, FILE))) !== undefined) return;
      try {
        const key = await shownHostKey(found, { timeoutMs: ASK_MS, signal });
        await pin(found, key);
        return;
      } catch (error) {
        // The server is not there yet; anything else stays as it is.
        if (!HvError.is(error) || !OF_SSH.test(error.code)) throw last ?? error;
        last = error;
      }
    }
    await delay(pause, undefined, { signal }).catch((error: unknown) => {
      throw last ?? error;
    });
  }
}

/** Whoever was first wins: two who meet it at the same time take the same key. */
async function pin({ name, folder, warn }: Door, key: string): Promise<string> {
  const file = join(folder, FILE);
  const mine = `${file}.${randomBytes(4).toString('hex')}`;
  await writeWhole(mine, `${key}\n`);
  try {
    await link(mine, file);
    warn(`"${name}" was met for the first time: from now on it is known by its host key ${fingerprint(key)}`);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  } finally {
    await rm(mine, { force: true });
  }
  return (await textOf(file))?.trim() ?? key;
}
