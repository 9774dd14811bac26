/** How far a word may be from what was meant. */
const FARTHEST = 3;

/** What comes near a word that there is not; undefined if nothing does. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(word);
  let best: string | undefined;
  let least = Math.min(FARTHEST, Math.floor(wanted.length / 2)) + 1;
  for (const candidate of candidates) {
    const steps = distance(wanted, plain(candidate), least);
    if (steps >= least) continue;
    least = steps;
    best = candidate;
  }
  return best;
}

/** `cache-mode`, `CACHE_MODE` and `cacheMode` are one word to people. */
function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '');
}

/** How many letters are wrong, missing, too many or have changed places; not counted further than `most`. */
function distance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) >= most) return most;
  let before: number[] = [];
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current[column] = Math.min(
        at(above, column) + 1,
        at(current, column - 1) + 1,
        at(above, column - 1) + (same ? 0 : 1),
        swapped ? at(before, column - 2) + 1 : Infinity,
      );
    }
    before = above;
    above = current;
  }
  return at(above, other.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
