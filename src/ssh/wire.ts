/** The strings of the ssh protocol, each behind its length, as keys are written in. @internal */
export function encode(...strings: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    strings.flatMap((string) => {
      const bytes = Buffer.from(string);
      return [uint32(bytes.length), bytes];
    }),
  );
}

/** @internal */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Reads what others wrote: anything that does not fit is undefined, never a guess. @internal */
export class WireReader {
  #offset = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  uint32(): number | undefined {
    if (this.#offset + 4 > this.#bytes.length) return undefined;
    const value = this.#bytes.readUInt32BE(this.#offset);
    this.#offset += 4;
    return value;
  }

  string(): Buffer | undefined {
    const length = this.uint32();
    if (length === undefined || this.#offset + length > this.#bytes.length) return undefined;
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }
}
