import { open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname } from 'node:path';

import { HvError } from '../../errors';
import { isErrno, sizeOf } from '../../files';
import { formatSize } from '../../units';
import { readRecord, writeRecord } from '../record';
import { ensureSpace } from '../space';
import type { ImageWork } from '../work';
import { get, persist, type GetOptions, type RetryOptions } from './get';
import { TransferError } from './transfer-error';
import { shown, withoutLogin } from './url';

export interface DownloadOptions extends ImageWork, RetryOptions, Pick<GetOptions, 'env' | 'silenceMs'> {
  /** What is downloaded, for people. */
  name: string;
}

/** Where the bytes of a part come from, and what tells whether the server still has the same ones. */
export interface PartNote {
  url: string;
  validator?: string;
}

export function noteOf(part: string): string {
  return `${part}.json`;
}

export async function readPartNote(part: string): Promise<PartNote | undefined> {
  return readRecord(noteOf(part), isPartNote);
}

export async function removePart(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(noteOf(part), { force: true });
}

/**
 * Brings the whole of a URL into the file `part`, and goes on where an earlier attempt, also of another process, ended. Whether
 * it did is the answer: then the server may have changed the file in between, and only a checksum tells.
 */
export async function download(url: URL, part: string, options: DownloadOptions): Promise<{ resumed: boolean }> {
  let resumed = false;
  let farthest = 0;
  await persist(async (gained) => {
    // Bytes that come once more, from a server that always begins anew, bring it no farther: it would be asked for ever.
    const reached = (position: number): void => {
      if (position <= farthest) return;
      farthest = position;
      gained();
    };
    const note = await readPartNote(part);
    const have = note?.url === withoutLogin(url) ? ((await sizeOf(part)) ?? 0) : 0;
    const headers =
      have === 0 ? {} : { Range: `bytes=${have}-`, ...(note?.validator && { 'If-Range': note.validator }) };
    const { response, url: last } = await get(url, [200, 206, 416], { ...options, headers, security: 'any' });
    try {
      const answer = await judge(response, last, { part, have });
      if (answer === 'complete') {
        resumed = true;
        return;
      }
      resumed ||= answer.from > 0;
      await receive(response, last, { url, part, reached, ...answer }, options);
    } finally {
      response.destroy();
    }
  }, options);
  return { resumed };
}

interface Answer {
  /** Where in the file its first byte stands. */
  from: number;
  /** Bytes that come; undefined: the server does not say. */
  length: number | undefined;
}

async function judge(
  response: IncomingMessage,
  url: URL,
  { part, have }: { part: string; have: number },
): Promise<Answer | 'complete'> {
  const said = response.headers['content-length'];
  const length = said === undefined ? undefined : Number(said);
  if (response.statusCode === 200) return { from: 0, length };
  const [, start, end, total] =
    /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(response.headers['content-range'] ?? '') ?? [];
  if (response.statusCode === 206 && Number(start) === have && have > 0) {
    return { from: have, length: Number(end) + 1 - have };
  }
  if (response.statusCode === 416 && Number(total) === have && have > 0) return 'complete';
  // Longer than the file, or a server that counts otherwise: from the beginning.
  await removePart(part);
  throw new TransferError(`${shown(url)} could not be resumed`, { again: true });
}

interface Receiving extends Answer {
  url: URL;
  part: string;
  /** Told how much of the file is there. */
  reached: (position: number) => void;
}

async function receive(
  response: IncomingMessage,
  last: URL,
  { url, part, from, length, reached }: Receiving,
  { name, signal, onProgress }: DownloadOptions,
): Promise<void> {
  await ensureSpace(dirname(part), length ?? 0, `the image ${name}`);
  const file = await writing(part, name, () => open(part, from === 0 ? 'w' : 'a', 0o600));
  try {
    if (from === 0) {
      await writeRecord(noteOf(part), { url: withoutLogin(url), ...validatorOf(response) } satisfies PartNote);
    }
    const total = length === undefined ? undefined : from + length;
    const tell = teller(name, total, onProgress);
    let done = from;
    for await (const chunk of chunksOf(response, last, signal)) {
      await writing(part, name, () => file.writeFile(chunk));
      done += chunk.length;
      reached(done);
      tell(done);
    }
    if (total !== undefined && done !== total) throw brokenOff(last, `after ${done} of ${total} bytes`);
    await writing(part, name, () => file.sync());
  } finally {
    await file.close();
  }
}

async function* chunksOf(response: IncomingMessage, url: URL, signal?: AbortSignal): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of response) yield chunk as Buffer;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof TransferError) throw error;
    throw brokenOff(url, error instanceof Error ? error.message : String(error), error);
  }
}

function brokenOff(url: URL, why: string, cause?: unknown): TransferError {
  return new TransferError(`The transfer of ${shown(url)} broke off: ${why}`, {
    again: true,
    hint: 'The same again goes on from there.',
    cause,
  });
}

/** What a disk refuses is not the network's fault: no further attempt, and of a full disk no part that keeps it full. */
async function writing<T>(part: string, name: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isErrno(error, 'ENOSPC', 'EDQUOT')) {
      await removePart(part);
      throw new HvError({
        code: 'ERR_NO_SPACE',
        message: `The disk became full while the image ${name} was downloaded to ${dirname(part)}`,
        hint: 'Free some space there, or set HVKIT_HOME to a folder on another disk.',
        cause: error,
      });
    }
    throw new HvError({
      code: 'ERR_IMAGE_CACHE',
      message: `The image ${name} could not be written to the cache: ${error instanceof Error ? error.message : String(error)}`,
      cause: error,
    });
  }
}

/** One that the server takes for a Range: a weak ETag does not vouch for the bytes. */
function validatorOf({ headers }: IncomingMessage): { validator?: string } {
  const { etag } = headers;
  const validator = etag !== undefined && !etag.startsWith('W/') ? etag : headers['last-modified'];
  return validator === undefined ? {} : { validator };
}

/** Says something two hundred times in all, or every 16 MiB where there is no end in sight. */
function teller(name: string, total: number | undefined, onProgress: ImageWork['onProgress']): (done: number) => void {
  let last = -1;
  return (done) => {
    const step = total === undefined ? Math.floor(done / 2 ** 24) : Math.floor((done / total) * 200);
    if (step === last) return;
    last = step;
    if (total !== undefined) onProgress?.(`downloading ${name}`, done / total);
    else onProgress?.(`downloading ${name}: ${formatSize(step * 2 ** 24)}`);
  };
}

function isPartNote(value: Readonly<Record<string, unknown>>): value is Record<string, unknown> & PartNote {
  return typeof value['url'] === 'string' && ['undefined', 'string'].includes(typeof value['validator']);
}
