import type { Token } from './lex';
import type { Value } from './value';

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|([abfnrtv\\"']))|\\/g;

/** Undefined: it cannot be read. */
export function constantOf({ kind, text }: Token): Value {
  if (kind === 'number') return numberOf(text);
  if (kind === 'string') return text.startsWith('`') ? text.slice(1, -1) : unquoted(text);
  const character = unquoted(text);
  return character !== undefined && Array.from(character).length === 1
    ? BigInt(character.codePointAt(0) ?? 0)
    : undefined;
}

function numberOf(text: string): Value {
  const plain = text.replaceAll('_', '');
  const [, sign = '', digits = ''] = /^([+-]?)(.*)$/.exec(plain) ?? [];
  if (/^0[xXbBoO]|^\d+$/.test(digits)) {
    // As in C, 017 counts by eight.
    const counted = /^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits;
    if (/^0o.*[89]/.test(counted)) return undefined;
    return sign === '-' ? -BigInt(counted) : BigInt(counted);
  }
  const value = Number(plain);
  // Also what is whole, since it is written as one that need not be: 2.0, 1e3.
  return Number.isFinite(value) ? value : undefined;
}

function unquoted(text: string): string | undefined {
  const inside = text.slice(1, -1);
  const escapes = [...inside.matchAll(ESCAPE)].map(meaningOf);
  if (escapes.includes(undefined)) return undefined;
  return inside.replace(ESCAPE, () => escapes.shift() ?? '');
}

/** Undefined of a backslash before what means nothing there. */
function meaningOf([, byte, short, long, octal, letter]: RegExpExecArray): string | undefined {
  if (letter !== undefined) return ESCAPES[letter] ?? letter;
  const hexadecimal = byte ?? short ?? long;
  const code = hexadecimal === undefined ? parseInt(octal ?? '', 8) : parseInt(hexadecimal, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
