/** Numbers that look random and are the same for the same seed. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A text with a few places damaged: cut, repeated, exchanged, or with one of `words` in it. */
export function mutate(text: string, random: (below: number) => number, words: readonly string[]): string {
  let result = text;
  for (let times = 1 + random(4); times > 0; times -= 1) {
    const at = random(result.length + 1);
    const to = Math.min(result.length, at + random(12));
    const [before, inside, after] = [result.slice(0, at), result.slice(at, to), result.slice(to)];
    const damages = [
      () => before + after,
      () => before + inside + inside + after,
      () => before + (words[random(words.length)] ?? '') + after,
      () => before + inside + (words[random(words.length)] ?? '') + after,
      () => before + String.fromCharCode(random(random(4) === 0 ? 0x10000 : 0x80)) + inside + after,
      () => before,
      () => after,
    ];
    result = damages[random(random(4) === 0 ? damages.length : damages.length - 2)]!();
  }
  return result;
}
