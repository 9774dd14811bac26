import type { Duplex } from 'node:stream';

import type { Context } from './context';

/** Ctrl-], as telnet and virsh have it. */
const DETACH = 0x1d;
/** For what was typed before it. */
const FAREWELL_MS = 1000;

/** Lets the user talk to a console until it closes, or until the detach key; answers whether it was the key. */
export async function attach(context: Context, stream: Duplex): Promise<boolean> {
  const { stdin, stdout, readerGone } = context;
  let detached = false;
  const leave = (): void => {
    stream.destroy();
  };
  const onData = (chunk: Buffer | string): void => {
    const data = Buffer.from(chunk as string);
    const key = data.indexOf(DETACH);
    if (key === -1) {
      stream.write(data);
      return;
    }
    detached = true;
    // A guest that takes nothing any more is left all the same.
    const farewell = setTimeout(leave, FAREWELL_MS);
    stream.once('close', () => {
      clearTimeout(farewell);
    });
    stdin.off('data', onData);
    stream.end(data.subarray(0, key), leave);
  };
  const onEnd = (): void => {
    detached = true;
    leave();
  };
  const raw = stdin.isTTY === true;
  try {
    await new Promise<void>((resolve, reject) => {
      stream.on('close', resolve);
      stream.on('end', resolve);
      stream.on('error', reject);
      readerGone.addEventListener('abort', onEnd, { once: true });
      stream.on('data', (chunk: Buffer) => {
        if (!readerGone.aborted) stdout.write(chunk);
      });
      // Keys go to the guest one by one, Ctrl-C as well.
      if (raw) stdin.setRawMode?.(true);
      stdin.on('data', onData);
      stdin.on('end', onEnd);
      // What has ended already says so no more.
      if (stream.destroyed) resolve();
    });
  } finally {
    stdin.off('data', onData);
    stdin.off('end', onEnd);
    stdin.pause();
    if (raw) stdin.setRawMode?.(false);
    readerGone.removeEventListener('abort', onEnd);
    stream.destroy();
  }
  return detached;
}
