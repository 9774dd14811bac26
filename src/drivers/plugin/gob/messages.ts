import { garbage } from './garbage';

/** A plugin has no more to say in one message: the longest is the configuration of a machine. */
export const LONGEST = 16 * 2 ** 20;

/** The messages in a stream of bytes: each stands behind its length. */
export async function* messagesIn(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined, undefined> {
  let parts: Buffer[] = [];
  let held = 0;
  let wanted = 1;
  for await (const chunk of stream) {
    parts.push(chunk);
    held += chunk.length;
    // What comes in many small pieces is put together once, and not with each of them.
    while (held >= wanted) {
      const bytes = parts.length === 1 ? (parts[0] ?? chunk) : Buffer.concat(parts);
      const { head, length } = headOf(bytes);
      const end = head + length;
      wanted = end;
      parts = [bytes];
      if (held < end) break;
      // The length alone may be all that is here of the next one.
      if (length > 0) yield bytes.subarray(head, end);
      parts = [bytes.subarray(end)];
      held -= end;
      wanted = 1;
    }
  }
  if (held > 0) throw garbage('a message that ends too early');
  return undefined;
}

/** How long a message is, and how long what tells that; as long as it is not known, at least what tells it must come. */
function headOf(bytes: Buffer): { head: number; length: number } {
  const [first = 0] = bytes;
  if (first < 0x80) return { head: 1, length: first };
  const head = 0x101 - first;
  if (head > 9) throw garbage('a message without a length');
  if (bytes.length < head) return { head, length: 0 };
  const length = bytes.subarray(1, head).reduce((sum, byte) => sum * 0x100 + byte, 0);
  if (length > LONGEST) throw garbage(`a message of ${length} bytes`);
  return { head, length };
}
