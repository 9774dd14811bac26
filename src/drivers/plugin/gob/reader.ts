import { garbage } from './garbage';

/** Takes Go's primitives out of one message. */
export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** Below 128 a byte; else how many bytes, negated, and these, the highest first. */
  uint(): bigint | number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const length = 0x100 - first;
    if (length > 8) throw garbage(`an integer of ${length} bytes`);
    let value = 0n;
    for (const byte of this.take(length)) value = (value << 8n) | BigInt(byte);
    return small(value);
  }

  /** Bit 0 tells whether the others are to be complemented. */
  int(): bigint | number {
    const coded = BigInt(this.uint());
    return small(coded & 1n ? ~(coded >> 1n) : coded >> 1n);
  }

  /** Of what counts or names something: more than there can be is garbage. */
  count(what: string, most: number): number {
    const value = this.uint();
    if (value > most) throw garbage(`${value} as ${what}`);
    return Number(value);
  }

  /** The bytes of a float64 in reverse, as an integer: those at its end are often zero. */
  float(): number {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(this.uint()));
    return bytes.readDoubleBE();
  }

  bytes(): Buffer {
    // A copy: the message goes, and this may stay.
    return Buffer.from(this.take(this.count('a length', this.left)));
  }

  take(length: number): Buffer {
    if (length > this.left) throw garbage('a message that ends too early');
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }

  #byte(): number {
    return this.take(1)[0] ?? 0;
  }
}

function small(value: bigint): bigint | number {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
