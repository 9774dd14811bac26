import { HvError } from '../../../errors';
import { Registered, type GobStruct, type GobType, type GobValue } from './value';
import { FIRST_OF_OTHERS, IDS } from './wire-types';
import { Writer } from './writer';

/** The places of the kinds among the fields of a description of a type. */
const KIND = { slice: 2, struct: 3, map: 4 };

/** Writes values as gobs. What a value needs of types is described before it, once for each stream. */
export class Encoder {
  readonly #ids = new Map<GobType, number>();
  #described = new Set<GobType>();

  /** The messages that make up these values. Where one cannot be written, nothing counts as described that came with it. */
  encode(...values: readonly (readonly [GobType, GobValue])[]): Buffer {
    const described = new Set(this.#described);
    try {
      return Buffer.concat(values.map(([type, value]) => this.#message(type, value)));
    } catch (error) {
      this.#described = described;
      throw error;
    }
  }

  #message(type: GobType, value: GobValue): Buffer {
    const messages = new Writer();
    this.#describe(type, value, messages);
    const message = new Writer().int(this.#idOf(type));
    if (!isStruct(type)) message.uint(0);
    this.#write(message, type, value);
    return messages.bytes(message.whole).whole;
  }

  #idOf(type: GobType): number {
    if (typeof type === 'string') return IDS[type];
    const known = this.#ids.get(type);
    if (known !== undefined) return known;
    const id = FIRST_OF_OTHERS + 1 + this.#ids.size;
    this.#ids.set(type, id);
    return id;
  }

  /** Also of what interfaces hold: so no type has to be described in the middle of a value. */
  #describe(type: GobType, value: GobValue | undefined, messages: Writer): void {
    if (typeof type !== 'string' && !this.#described.has(type)) {
      this.#described.add(type);
      messages.bytes(this.#description(type));
    }
    if (type === 'interface') {
      if (value instanceof Registered) this.#describe(typeOf(value), value.value, messages);
    } else if (typeof type === 'string') {
      return;
    } else if ('slice' in type) {
      this.#describe(type.slice, undefined, messages);
      for (const each of listIn(value)) this.#describe(type.slice, each, messages);
    } else if ('map' in type) {
      const [key, element] = type.map;
      this.#describe(key, undefined, messages);
      this.#describe(element, undefined, messages);
      for (const [name, each] of mapIn(value)) {
        this.#describe(key, name, messages);
        this.#describe(element, each, messages);
      }
    } else {
      for (const [name, field] of type.fields) this.#describe(field, structIn(value)[name], messages);
    }
  }

  #description(type: Exclude<GobType, string>): Buffer {
    const id = this.#idOf(type);
    const writer = new Writer().int(-id);
    // Each is a struct whose first field is another, with the name and the number; a zero ends a struct.
    const begin = (kind: number, name: string): Writer => {
      writer.uint(kind).uint(1);
      if (name !== '') writer.uint(1).text(name).uint(1);
      else writer.uint(2);
      return writer.int(id).uint(0);
    };
    if ('slice' in type) {
      begin(KIND.slice, '').uint(1).int(this.#idOf(type.slice));
    } else if ('map' in type) {
      const [key, element] = type.map;
      begin(KIND.map, '').uint(1).int(this.#idOf(key)).uint(1).int(this.#idOf(element));
    } else {
      begin(KIND.struct, type.struct);
      if (type.fields.length > 0) {
        writer.uint(1).uint(type.fields.length);
        for (const [name, field] of type.fields) writer.uint(1).text(name).uint(1).int(this.#idOf(field)).uint(0);
      }
    }
    return writer.uint(0).uint(0).whole;
  }

  #write(writer: Writer, type: GobType, value: GobValue): void {
    if (typeof type === 'string') {
      this.#writeBasic(writer, type, value);
    } else if ('slice' in type) {
      const list = listIn(value);
      writer.uint(list.length);
      for (const each of list) this.#write(writer, type.slice, each);
    } else if ('map' in type) {
      const [key, element] = type.map;
      const map = mapIn(value);
      writer.uint(map.size);
      for (const [name, each] of map) {
        this.#write(writer, key, name);
        this.#write(writer, element, each);
      }
    } else {
      this.#writeFields(writer, type.fields, structIn(value));
    }
  }

  /** Those that are zero are left out, as Go leaves them out. */
  #writeFields(writer: Writer, fields: readonly (readonly [string, GobType])[], struct: GobStruct): void {
    let last = -1;
    for (const [at, [name, type]] of fields.entries()) {
      const value = struct[name];
      if (value === undefined || isZero(value)) continue;
      writer.uint(at - last);
      this.#write(writer, type, value);
      last = at;
    }
    writer.uint(0);
  }

  #writeBasic(writer: Writer, type: Extract<GobType, string>, value: GobValue): void {
    if (type === 'interface') this.#writeInterface(writer, value);
    else if (type === 'bool') writer.uint(value === true ? 1 : 0);
    else if (type === 'int' && isInteger(value)) writer.int(value);
    else if (type === 'uint' && isInteger(value)) writer.uint(value);
    else if (type === 'float' && typeof value === 'number') writer.float(value);
    else if (type === 'string' && typeof value === 'string') writer.text(value);
    else if (type === 'bytes' && value instanceof Uint8Array) writer.bytes(value);
    else throw unfit(value, type);
  }

  #writeInterface(writer: Writer, value: GobValue): void {
    if (!(value instanceof Registered)) {
      writer.uint(0);
      return;
    }
    const type = typeOf(value);
    const content = new Writer();
    if (!isStruct(type)) content.uint(0);
    this.#write(content, type, value.value);
    writer.text(value.name).int(this.#idOf(type)).bytes(content.whole);
  }
}

function isStruct(type: GobType): boolean {
  return typeof type !== 'string' && 'struct' in type;
}

function isInteger(value: GobValue): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
}

function isZero(value: GobValue): boolean {
  if (typeof value === 'object' && value !== null) {
    return (Array.isArray(value) || value instanceof Uint8Array) && value.length === 0;
  }
  return !value;
}

function listIn(value: GobValue | undefined): readonly GobValue[] {
  return Array.isArray(value) ? (value as readonly GobValue[]) : [];
}

function mapIn(value: GobValue | undefined): ReadonlyMap<GobValue, GobValue> {
  return value instanceof Map ? (value as ReadonlyMap<GobValue, GobValue>) : new Map();
}

function structIn(value: GobValue | undefined): GobStruct {
  return typeof value === 'object' && value !== null ? (value as GobStruct) : {};
}

function typeOf(value: Registered): GobType {
  if (value.type !== undefined) return value.type;
  throw unfit(value, 'interface');
}

/** A fault of whoever calls. Not the value itself: it may be a secret. */
function unfit(value: GobValue, type: string): HvError {
  return new HvError({ code: 'ERR_INVALID_ARGUMENT', message: `A ${typeof value} cannot be sent as ${type}` });
}
