import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { newsOf, ringStream } from '../../../src/drivers/xhyve/ring';

const SIZE = 16;

/** As hyperkit writes: round and round, with nothing that tells where it stands. */
class Ring {
  readonly bytes = Buffer.alloc(SIZE);
  #next = 0;

  write(text: string): Buffer {
    for (const byte of Buffer.from(text)) {
      this.bytes[this.#next] = byte;
      this.#next = (this.#next + 1) % SIZE;
    }
    return Buffer.from(this.bytes);
  }
}

test.each([
  ['in one go', ['hello']],
  ['bit by bit', ['hel', 'lo wor', 'ld']],
  ['up to its end', ['0123456789', 'abcdef']],
  ['over its end', ['0123456789', 'abcdefgh', 'ij']],
  ['round and round', ['0123456789', 'abcdefgh', 'ABCDEFGHIJ', 'klm', 'KLMNOPQRS', 'nop']],
  ['nothing', ['abc', '', 'def']],
])('what was written to a ring is read once: %s', (_, texts) => {
  const ring = new Ring();
  let before = Buffer.alloc(0);
  let head = 0;
  for (const text of texts) {
    const now = ring.write(text);
    const news = newsOf(before, now, head);
    expect(news.bytes.toString()).toBe(text);
    ({ head } = news);
    before = Buffer.from(now);
  }
});

test('what a guest printed before its reset comes before what it printed since', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hvkit-ring-'));
  const rings = { ring: join(folder, 'ring'), ringBefore: join(folder, 'before') };
  const over = new AbortController();
  try {
    writeFileSync(rings.ring, new Ring().write('one '));
    const stream = ringStream(rings, { follow: true, signal: over.signal });
    let text = '';
    for await (const chunk of stream) {
      text += String(chunk);
      if (text === 'one ') {
        writeFileSync(rings.ring, Buffer.concat([Buffer.from('one panic '), Buffer.alloc(SIZE - 10)]));
        renameSync(rings.ring, rings.ringBefore);
        writeFileSync(rings.ring, new Ring().write('two '));
      }
      if (text.endsWith('two ')) break;
    }
    expect(text).toBe('one panic two ');
    const all = await ringStream(rings, { follow: false, signal: over.signal }).toArray();
    expect(Buffer.concat(all as Buffer[]).toString()).toBe('one panic two ');
  } finally {
    over.abort();
    rmSync(folder, { recursive: true });
  }
});
