import { spawn } from 'node:child_process';

import { HvError } from '../errors';
import { isErrno } from '../files';
import type { CopyOptions } from './exec';
import type { MachineRecord } from './machine-file';
import { requireAwake } from './lifecycle';
import { sshConfigFile } from './remote';
import type { Workplace } from './workplace';

const NEEDED = 'apt install rsync, on both sides; hvkit scp -r without -d needs it on neither';
/** Of what it said before it failed. */
const LAST_LINES = 6;

/** As rsync has it: of a file that is there already what differs alone is sent. Both sides need the program. */
export async function syncFiles(
  place: Workplace,
  record: MachineRecord,
  [from, to]: readonly [string, string],
  { recursive, signal }: CopyOptions,
): Promise<void> {
  await requireAwake(place, record);
  const config = await sshConfigFile(place, record);
  const { status, said } = await rsync(
    [
      '--times',
      // Names reach the other side as they are. That of macOS does not know it.
      ...(process.platform === 'linux' ? ['--protect-args'] : []),
      ...(recursive ? ['--recursive'] : []),
      // As rsync reads it: a quote within is written twice.
      ...['--rsh', `ssh -F '${config.replaceAll("'", "''")}'`],
      ...['--', from, to],
    ],
    { env: { ...place.env, LC_ALL: 'C' }, ...(signal && { signal }) },
  );
  if (status === 0 && !/^skipping directory/m.test(said)) return;
  signal?.throwIfAborted();
  if (status === 0) {
    throw new HvError({ code: 'ERR_SSH_COPY', message: `${from} is a folder`, hint: 'hvkit scp -d -r' });
  }
  const last = said.trim().split('\n').slice(-LAST_LINES);
  throw new HvError({
    code: 'ERR_SSH_COPY',
    message: [`rsync ended with status ${status}`, ...last.map((line) => `  ${line}`)].join('\n'),
    ...(said.includes('not found') && { hint: NEEDED }),
  });
}

function rsync(
  words: readonly string[],
  { env, signal }: { env: NodeJS.ProcessEnv; signal?: AbortSignal },
): Promise<{ status: number; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('rsync', words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    const end = (): void => {
      child.kill();
    };
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
    child.once('error', (error) => {
      signal?.removeEventListener('abort', end);
      reject(isErrno(error, 'ENOENT') ? missing(error) : error);
    });
    child.once('close', (status) => {
      signal?.removeEventListener('abort', end);
      resolve({ status: status ?? -1, said });
    });
  });
}

function missing(cause: Error): HvError {
  return new HvError({ code: 'ERR_NO_PROGRAM', message: 'There is no program rsync', hint: NEEDED, cause });
}
