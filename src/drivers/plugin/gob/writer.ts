/** Puts Go's primitives together. */
export class Writer {
  readonly #parts: Buffer[] = [];

  uint(value: number | bigint): this {
    if (value < 0x80) return this.raw(Buffer.of(Number(value)));
    const digits = BigInt(value).toString(16);
    const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
    return this.raw(Buffer.of(0x100 - bytes.length)).raw(bytes);
  }

  int(value: number | bigint): this {
    const whole = BigInt(value);
    return this.uint(whole < 0n ? (~whole << 1n) | 1n : whole << 1n);
  }

  float(value: number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return this.uint(bytes.readBigUInt64LE());
  }

  bytes(value: Uint8Array): this {
    return this.uint(value.length).raw(value);
  }

  text(value: string): this {
    return this.bytes(Buffer.from(value));
  }

  raw(value: Uint8Array): this {
    this.#parts.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    return this;
  }

  /** What was put together so far. */
  get whole(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
