import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { buffer } from 'node:stream/consumers';

import { runWith } from './run';

const PROGRAMS: Readonly<Record<string, string>> = { xz: 'xz', zst: 'zstd', gz: 'gzip' };

/** Takes off the compression that a file's name tells of: kernel modules come plain or packed, as the distribution likes it. */
export async function decompress(path: string, data: Buffer, signal?: AbortSignal): Promise<Buffer> {
  const program = PROGRAMS[path.split('.').at(-1) ?? ''];
  if (program === undefined) return data;
  const folder = await mkdtemp(join(tmpdir(), 'hvkit-'));
  try {
    const file = join(folder, basename(path));
    await writeFile(file, data);
    return await runWith(program, ['--decompress', '--stdout', file], signal ? { signal } : {}, buffer);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
