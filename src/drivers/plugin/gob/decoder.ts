import { garbage } from './garbage';
import { LONGEST, messagesIn } from './messages';
import { Reader } from './reader';
import { Registered, type GobStruct, type GobValue } from './value';
import { BUILT_IN, FIRST_OF_OTHERS, WIRE_TYPE, wireTypeIn, type WireType } from './wire-types';

/** Of values within values: those of the protocol have four. */
const DEEPEST = 64;
/** Of all that one value consists of, so that a few bytes do not become many objects. */
const MOST_PARTS = 50_000;
/** Of one connection. */
const MOST_TYPES = 1000;

/** What is left of the bounds of the value that is read. */
interface Budget {
  bytes: number;
  parts: number;
}

/** Reads values from a stream of gobs, which says of what types they are. Nothing that comes can be of harm: see the bounds. */
export class Decoder {
  readonly #messages: AsyncIterator<Buffer, undefined>;
  readonly #types = new Map<number, WireType>(BUILT_IN);
  #message = new Reader(Buffer.alloc(0));
  #budget: Budget = { bytes: 0, parts: 0 };

  constructor(stream: AsyncIterable<Buffer>) {
    this.#messages = messagesIn(stream);
  }

  /** Undefined: the stream has ended. */
  async next(): Promise<GobValue | undefined> {
    this.#budget = { bytes: LONGEST, parts: MOST_PARTS };
    if (!(await this.#nextMessage())) return undefined;
    for (;;) {
      const id = this.#id();
      if (id >= 0) {
        const value = await this.#typed(id, 0);
        if (this.#message.left > 0) throw garbage('a message with more in it than its value');
        return value;
      }
      await this.#define(-id);
      if (this.#message.left > 0) throw garbage('a message with more in it than its type');
      if (!(await this.#nextMessage())) throw garbage('types and no value of them');
    }
  }

  async #nextMessage(): Promise<boolean> {
    const next = await this.#messages.next();
    if (next.done === true) return false;
    this.#budget.bytes -= next.value.length;
    if (this.#budget.bytes < 0) throw garbage(`a value of more than ${LONGEST} bytes`);
    this.#message = new Reader(next.value);
    return true;
  }

  #id(): number {
    const id = this.#message.int();
    if (typeof id === 'number') return id;
    throw garbage(`${id} as the number of a type`);
  }

  async #define(id: number): Promise<void> {
    if (id < FIRST_OF_OTHERS || this.#types.has(id)) throw garbage(`a second type with the number ${id}`);
    if (this.#types.size > MOST_TYPES) throw garbage(`more than ${MOST_TYPES} types`);
    const described = await this.#typed(WIRE_TYPE, 0);
    this.#types.set(id, wireTypeIn(described as GobStruct));
  }

  /** What is no struct stands behind a zero, as if it were a field. */
  async #typed(id: number, depth: number): Promise<GobValue> {
    const type = this.#typeOf(id);
    if (type.kind !== 'struct' && this.#message.uint() !== 0) throw garbage('a value that is none of its type');
    return this.#value(type, depth);
  }

  #typeOf(id: number): WireType {
    const type = this.#types.get(id);
    if (type) return type;
    throw garbage(`a value of the type ${id}, which it never described`);
  }

  async #value(type: WireType, depth: number): Promise<GobValue> {
    if (depth > DEEPEST) throw garbage(`values within values, more than ${DEEPEST} deep`);
    this.#budget.parts -= 1;
    if (this.#budget.parts < 0) throw garbage(`a value of more than ${MOST_PARTS} parts`);
    switch (type.kind) {
      case 'bool':
        return this.#message.uint() !== 0;
      case 'int':
        return this.#message.int();
      case 'uint':
        return this.#message.uint();
      case 'float':
        return this.#message.float();
      case 'complex':
        return [this.#message.float(), this.#message.float()];
      case 'string':
        return this.#message.bytes().toString();
      case 'bytes':
      case 'opaque':
        return this.#message.bytes();
      case 'interface':
        return this.#interface(depth);
      case 'array':
        return this.#array(this.#typeOf(type.element), depth);
      case 'map':
        return this.#map(this.#typeOf(type.key), this.#typeOf(type.element), depth);
      case 'struct':
        return this.#struct(type.fields, depth);
    }
  }

  async #array(element: WireType, depth: number): Promise<GobValue> {
    const count = this.#message.count('a length', MOST_PARTS);
    const elements: GobValue[] = [];
    while (elements.length < count) elements.push(await this.#value(element, depth + 1));
    return elements;
  }

  async #map(key: WireType, element: WireType, depth: number): Promise<GobValue> {
    const pairs = new Map<GobValue, GobValue>();
    for (let left = this.#message.count('a length', MOST_PARTS); left > 0; left -= 1) {
      pairs.set(await this.#value(key, depth + 1), await this.#value(element, depth + 1));
    }
    return pairs;
  }

  /** Each field stands behind how much further it is than the one before; a zero ends them. */
  async #struct(fields: readonly { name: string; id: number }[], depth: number): Promise<GobStruct> {
    const struct = Object.create(null) as Record<string, GobValue>;
    for (let at = -1; ;) {
      const step = this.#message.count('the step to a field', fields.length);
      if (step === 0) return struct;
      at += step;
      const field = fields[at];
      if (!field) throw garbage(`the field ${at} of a struct that has ${fields.length}`);
      struct[field.name] = await this.#value(this.#typeOf(field.id), depth + 1);
    }
  }

  /** A name; types that were not described yet, which may end a message in the middle of the value; then what it holds. */
  async #interface(depth: number): Promise<GobValue> {
    const name = this.#message.bytes().toString();
    if (name === '') return null;
    for (;;) {
      const id = this.#id();
      if (id >= 0) {
        // How long the value is helps whoever skips it.
        this.#message.uint();
        return new Registered(name, await this.#typed(id, depth + 1));
      }
      await this.#define(-id);
      if (this.#message.left > 0) this.#message.uint();
      else if (!(await this.#nextMessage())) throw garbage('types and no value of them');
    }
  }
}
