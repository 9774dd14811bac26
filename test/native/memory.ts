import { runChild } from './child-process';

export const MEBIBYTE = 2 ** 20;

/** By how many bytes a process grows that does something so often, again and again: children/memory.js. */
export async function growth(what: string, count: number): Promise<number> {
  const child = await runChild('memory.js', [what, String(count)], {
    // The part of the heap for young objects grows with the load, by more than a leak would.
    nodeOptions: ['--expose-gc', '--max-semi-space-size=1'],
    timeout: 1_200_000,
  });
  if (child.code !== 0) throw new Error(`${what}: ${child.signal ?? String(child.code)}: ${child.stderr}`);
  return Number(child.stdout);
}
