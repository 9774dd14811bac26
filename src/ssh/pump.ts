import type { Sink, Source } from './side';

/** What every sftp server takes in one piece. */
const PIECE = 32 * 1024;
/** That are under way at once, so that a slow network is full as well. */
const MOST = 32;

/**
 * From one file into another, until `size`; without a size (as those in /proc have none) until the end. `check` throws when
 * it is to stop. Nothing is under way any more when this ends.
 */
export async function pump(
  source: Source,
  sink: Sink,
  { size, check, onBytes }: { size: number; check: () => void; onBytes: (count: number) => void },
): Promise<void> {
  let next = 0;
  let over = false;
  const work = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafe(size === 0 ? PIECE : Math.min(PIECE, size));
    while (!over && (size === 0 || next < size)) {
      check();
      const start = next;
      next += buffer.length;
      const filled = await fill(source, buffer, start);
      if (filled < buffer.length) over = true;
      if (filled > 0) await sink.write(buffer.subarray(0, filled), start);
      onBytes(filled);
    }
  };
  const workers = Math.min(Math.max(Math.ceil(size / PIECE), 1), MOST);
  const outcomes = await Promise.allSettled(
    Array.from({ length: workers }, async () => {
      try {
        await work();
      } catch (error) {
        over = true;
        throw error;
      }
    }),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** A server may give less than what it was asked for. */
async function fill(source: Source, buffer: Buffer, start: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const count = await source.read(buffer.subarray(filled), start + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}
