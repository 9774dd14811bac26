import { createConnection } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { HvError } from '../../../errors';
import { isErrno } from '../../../files';
import { formatMac, parseMac } from '../../../net/mac';
import { formatRequest, parseReply, REPLY_BYTES, type HelperReply, type HelperRequest } from './messages';
import { requireSafe, type HelperPlace } from './place';

/** The helper's own deadlines are shorter. */
const DEADLINE_MS = 40_000;
const BUSY_MS = 5000;
const PAUSE_MS = 50;

/** The MAC that vmnet gives to a UUID. It is this user's from now on. */
export async function macOf(uuid: string, place: HelperPlace): Promise<string> {
  return formatMac([...(await ask({ kind: 'mac', uuid }, place)).mac]);
}

/** Takes the leases of a MAC out of the table, and tells how many. One that was not handed out to this user has none to give back. */
export async function releaseLeases(mac: string, place: HelperPlace): Promise<number> {
  const until = performance.now() + BUSY_MS;
  for (;;) {
    const { status, removed } = await ask({ kind: 'release', mac: parseMac(mac) }, place);
    if (status !== 'busy') return removed;
    if (performance.now() >= until) {
      throw failure('The table of leases is being changed by another process', 'Try again when it has ended.');
    }
    // Nobody tells when it is free again.
    await delay(PAUSE_MS);
  }
}

/** Whether it answers, to this user, and speaks this version's language. Throws if not. */
export async function requireAnswer(place: HelperPlace): Promise<void> {
  await ask({ kind: 'version' }, place);
}

async function ask(request: HelperRequest, place: HelperPlace): Promise<HelperReply> {
  await requireSafe(place);
  const bytes = await retried(() => exchange(formatRequest(request), place));
  if (bytes.length === 0) throw refused(place);
  const reply = parseReply(bytes);
  if (!reply || reply.status === 'invalid') {
    throw failure("hvkit's helper is of another version of hvkit", 'sudo hvkit setup xhyve');
  }
  if (reply.status === 'failed') throw failure(`hvkit's helper could not do it: ${reply.words}`);
  return reply;
}

/** Once more, where so many call at once that no more can wait. */
async function retried<T>(call: () => Promise<T>): Promise<T> {
  const until = performance.now() + BUSY_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const cause = HvError.is(error) ? error.cause : undefined;
      if (!isErrno(cause, 'EAGAIN') || performance.now() >= until) throw error;
    }
    await delay(PAUSE_MS);
  }
}

/** What it says until it hangs up. */
function exchange(request: Buffer, { socket: path, log }: HelperPlace): Promise<Buffer> {
  const hint = `sudo hvkit setup xhyve starts it; ${log} has what it said.`;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const socket = createConnection(path, () => socket.write(request));
    socket.setTimeout(DEADLINE_MS, () => socket.destroy(failure("hvkit's helper does not answer", hint)));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= REPLY_BYTES) socket.end();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (HvError.is(error)) reject(error);
      // It hung up before it had read all.
      else if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve(Buffer.concat(chunks));
      else reject(failure(`hvkit's helper cannot be reached: ${error.message}`, hint, error));
    });
    socket.on('close', () => {
      resolve(Buffer.concat(chunks));
    });
  });
}

function refused({ socket }: HelperPlace): HvError {
  return new HvError({
    code: 'ERR_XHYVE_HELPER_REFUSED',
    message: `hvkit's helper at ${socket} is not for user ${process.getuid?.()}, or serves too many machines already`,
    hint: 'sudo hvkit setup xhyve installs it for the user who calls that',
  });
}

function failure(message: string, hint?: string, cause?: unknown): HvError {
  return new HvError({ code: 'ERR_XHYVE_HELPER', message, hint, cause });
}
