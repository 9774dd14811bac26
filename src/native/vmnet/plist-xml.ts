import { DEEPEST, MOST_VALUES, notPlist, type PlistDictionary, type PlistValue } from './plist-value';

/** A tag, with what stands before it; or a comment, a declaration, the text that is left at the end. */
const TOKEN = /([^<]*)(?:<!--[^]*?-->|<\?[^]*?\?>|<!DOCTYPE[^[>]*>|<(\/?)([a-z]+)((?:\s[^<>]*?)?)(\/?)>|$)/y;

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

interface Tag {
  name: string;
  /** `<name/>` is an opening tag that is also empty. */
  kind: 'opening' | 'closing' | 'empty';
  /** What stands before it. */
  text: string;
}

/**
 * Reads the XML form. Its language is small: eight tags without attributes, no entities of its own. What needs more of XML is
 * refused, so nothing is ever expanded or fetched.
 */
export function readXmlPlist(text: string): PlistValue {
  return new Reader(text).document();
}

class Reader {
  readonly #text: string;
  #at = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text.startsWith('\uFEFF') ? text.slice(1) : text;
  }

  document(): PlistValue {
    this.#open('plist');
    const value = this.#value(this.#tag(), 0);
    this.#close('plist');
    return value;
  }

  #value(tag: Tag, depth: number): PlistValue {
    this.#values += 1;
    if (depth > DEEPEST || this.#values > MOST_VALUES) throw notPlist('it is nested too deep');
    if (tag.kind === 'closing' || tag.text.trim() !== '') throw notPlist(`a value is missing before </${tag.name}>`);
    const isEmpty = tag.kind === 'empty';
    switch (tag.name) {
      case 'true':
      case 'false':
        if (!isEmpty) this.#close(tag.name);
        return tag.name === 'true';
      case 'dict':
        return isEmpty ? new Map<string, PlistValue>() : this.#dictionary(depth);
      case 'array':
        return isEmpty ? [] : this.#array(depth);
      default:
        return scalar(tag.name, isEmpty ? '' : this.#textOf(tag.name));
    }
  }

  #dictionary(depth: number): PlistDictionary {
    const dictionary: PlistDictionary = new Map();
    for (;;) {
      const tag = this.#tag();
      if (tag.text.trim() !== '') throw notPlist('there is text between values');
      if (tag.kind === 'closing' && tag.name === 'dict') return dictionary;
      if (tag.name !== 'key' || tag.kind === 'closing') throw notPlist('a key is missing');
      const key = tag.kind === 'empty' ? '' : this.#textOf('key');
      dictionary.set(key, this.#value(this.#tag(), depth + 1));
    }
  }

  #array(depth: number): PlistValue[] {
    const values: PlistValue[] = [];
    for (;;) {
      const tag = this.#tag();
      if (tag.kind === 'closing' && tag.name === 'array' && tag.text.trim() === '') return values;
      values.push(this.#value(tag, depth + 1));
    }
  }

  #open(name: string): void {
    const tag = this.#tag();
    if (tag.kind !== 'opening' || tag.name !== name || tag.text.trim() !== '') throw notPlist(`<${name}> is missing`);
  }

  #close(name: string): void {
    if (this.#textOf(name).trim() !== '') throw notPlist(`there is text before </${name}>`);
  }

  #textOf(name: string): string {
    const tag = this.#tag();
    if (tag.kind !== 'closing' || tag.name !== name) throw notPlist(`</${name}> is missing`);
    return decode(tag.text);
  }

  /** The next tag, with the text before it; comments and declarations are passed over. */
  #tag(): Tag {
    let text = '';
    for (;;) {
      TOKEN.lastIndex = this.#at;
      const match = TOKEN.exec(this.#text);
      if (!match) throw notPlist(`what stands at character ${this.#at} is no part of one`);
      this.#at = TOKEN.lastIndex;
      const [, before = '', closing, name, , empty] = match;
      text += before;
      if (name !== undefined) {
        const kind = closing === '/' ? 'closing' : empty === '/' ? 'empty' : 'opening';
        return { name, kind, text };
      }
      if (this.#at >= this.#text.length) throw notPlist('it is cut off');
    }
  }
}

function scalar(name: string, text: string): PlistValue {
  switch (name) {
    case 'string':
      return text;
    case 'integer':
      return integer(text.trim());
    case 'real':
      return real(text.trim());
    case 'date':
      return date(text.trim());
    case 'data':
      return Uint8Array.from(Buffer.from(text, 'base64'));
    default:
      throw notPlist(`it has a <${name}>`);
  }
}

function integer(text: string): number | bigint {
  if (!/^[+-]?(?:0x[0-9a-f]{1,16}|\d{1,20})$/i.test(text)) throw notPlist('an <integer> is none');
  const digits = BigInt(text.replace(/^[+-]/, ''));
  const value = text.startsWith('-') ? -digits : digits;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function real(text: string): number {
  const value = Number(text);
  if (text === '' || Number.isNaN(value)) throw notPlist('a <real> is none');
  return value;
}

function date(text: string): Date {
  const value = new Date(text);
  if (Number.isNaN(value.getTime())) throw notPlist('a <date> is none');
  return value;
}

function decode(text: string): string {
  return text.replaceAll(/&([^;&]*);?/g, (whole, name: string) => {
    const number = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name);
    const code = number ? parseInt(number[1] ?? number[2] ?? '', number[1] === undefined ? 10 : 16) : undefined;
    const character = code === undefined ? ENTITIES[name] : code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
    if (character === undefined || !whole.endsWith(';')) throw notPlist('it has an entity that settings have not');
    return character;
  });
}
