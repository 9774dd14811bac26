import { DEEPEST, MOST_VALUES, notPlist, type PlistDictionary, type PlistValue } from './plist-value';

const HEADER = 'bplist00';
const TRAILER_BYTES = 32;
/** Dates count seconds from the first of January 2001. */
const EPOCH_MS = Date.UTC(2001, 0, 1);
/** The count stands in an integer of its own. */
const LONG = 0xf;

/** Reads the binary form: values one after the other, a table of where each begins, and a trailer that tells of both. */
export function readBinaryPlist(bytes: Uint8Array): PlistValue {
  return new Reader(bytes).value();
}

interface Span {
  count: number;
  /** Where what is counted begins. */
  at: number;
}

class Reader {
  readonly #bytes: Buffer;
  readonly #offsets: number[] = [];
  readonly #referenceBytes: number;
  readonly #top: number;
  #values = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const trailer = bytes.length - TRAILER_BYTES;
    if (trailer < HEADER.length) throw notPlist('it is too short');
    const header = this.#bytes.toString('latin1', 0, HEADER.length);
    if (header !== HEADER) throw notPlist(`its version is ${JSON.stringify(header)}`);
    const offsetBytes = this.#bytes.readUInt8(trailer + 6);
    this.#referenceBytes = this.#bytes.readUInt8(trailer + 7);
    const count = this.#number(trailer + 8, 8);
    this.#top = this.#number(trailer + 16, 8);
    const table = this.#number(trailer + 24, 8);
    if (!isWidth(offsetBytes) || !isWidth(this.#referenceBytes)) throw notPlist('its trailer is damaged');
    if (table + count * offsetBytes > trailer) throw notPlist('its table of values is cut off');
    for (let i = 0; i < count; i += 1) this.#offsets.push(this.#number(table + i * offsetBytes, offsetBytes));
  }

  value(): PlistValue {
    return this.#object(this.#top, 0);
  }

  #object(reference: number, depth: number): PlistValue {
    this.#values += 1;
    if (depth > DEEPEST || this.#values > MOST_VALUES) throw notPlist('it is nested too deep, or into itself');
    const at = this.#offsets[reference];
    if (at === undefined) throw notPlist(`it has no value ${reference}`);
    const marker = this.#number(at, 1);
    const [kind, info] = [marker >> 4, marker & 0xf];
    switch (kind) {
      case 0x0:
        return constant(marker);
      case 0x1:
        return this.#integer(at + 1, info);
      case 0x2:
        return this.#real(at + 1, info);
      case 0x3:
        return new Date(EPOCH_MS + this.#real(at + 1, info) * 1000);
      case 0x4:
        return this.#text(this.#span(at, info), 1, (bytes) => Uint8Array.from(bytes));
      case 0x5:
        return this.#text(this.#span(at, info), 1, (bytes) => bytes.toString('latin1'));
      case 0x6:
        return this.#text(this.#span(at, info), 2, (bytes) => Buffer.from(bytes).swap16().toString('utf16le'));
      case 0xa:
        return this.#array(this.#span(at, info), depth);
      case 0xd:
        return this.#dictionary(this.#span(at, info), depth);
      default:
        throw notPlist(`it has a value of a kind that settings have not (0x${marker.toString(16)})`);
    }
  }

  #span(at: number, info: number): Span {
    if (info !== LONG) return { count: info, at: at + 1 };
    const marker = this.#number(at + 1, 1);
    if (marker >> 4 !== 0x1) throw notPlist('the length of a value is no number');
    const width = 2 ** (marker & 0xf);
    return { count: this.#number(at + 2, width), at: at + 2 + width };
  }

  #text<T>({ count, at }: Span, width: number, decode: (bytes: Buffer) => T): T {
    return decode(this.#slice(at, count * width));
  }

  #array({ count, at }: Span, depth: number): PlistValue[] {
    return this.#references(at, count).map((reference) => this.#object(reference, depth + 1));
  }

  #dictionary({ count, at }: Span, depth: number): PlistDictionary {
    const keys = this.#references(at, count);
    const values = this.#references(at + count * this.#referenceBytes, count);
    const dictionary: PlistDictionary = new Map();
    keys.forEach((reference, i) => {
      const key = this.#object(reference, depth + 1);
      if (typeof key !== 'string') throw notPlist('a key is no text');
      dictionary.set(key, this.#object(values[i] ?? -1, depth + 1));
    });
    return dictionary;
  }

  #references(at: number, count: number): number[] {
    const width = this.#referenceBytes;
    // Before an array is made that is as long as a damaged count says.
    this.#slice(at, count * width);
    return Array.from({ length: count }, (_, i) => this.#number(at + i * width, width));
  }

  #integer(at: number, power: number): number | bigint {
    const width = 2 ** power;
    if (width < 8) return this.#number(at, width);
    if (width > 16) throw notPlist('it has an integer that is too wide');
    // Eight bytes and more are signed.
    const value = BigInt.asIntN(width * 8, BigInt(`0x${this.#slice(at, width).toString('hex')}`));
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #real(at: number, power: number): number {
    if (power === 2) return this.#slice(at, 4).readFloatBE();
    if (power === 3) return this.#slice(at, 8).readDoubleBE();
    throw notPlist('it has a number of a width that is none');
  }

  /** An unsigned integer that counts or points. */
  #number(at: number, width: number): number {
    const bytes = this.#slice(at, width);
    let number = 0;
    for (const byte of bytes) number = number * 256 + byte;
    if (!Number.isSafeInteger(number)) throw notPlist('it has a count that is too large');
    return number;
  }

  #slice(at: number, length: number): Buffer {
    if (at + length > this.#bytes.length) throw notPlist('it is cut off');
    return this.#bytes.subarray(at, at + length);
  }
}

function constant(marker: number): boolean {
  if (marker === 0x08) return false;
  if (marker === 0x09) return true;
  throw notPlist('it has a value that is nothing');
}

function isWidth(bytes: number): boolean {
  return bytes >= 1 && bytes <= 8;
}
