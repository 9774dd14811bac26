import { entriesOf, isFields, isList, typeOf, type Value } from './value';

/** As Go prints it: `[a b]`, `map[key:value]`, `<nil>`. */
export function shown(value: Value): string {
  if (value === undefined || value === null) return '<nil>';
  if (isList(value)) return `[${value.map(shown).join(' ')}]`;
  if (isFields(value)) {
    return `map[${entriesOf(value)
      .map(([name, each]) => `${name}:${shown(each)}`)
      .join(' ')}]`;
  }
  return typeof value === 'number' ? general(value) : String(value);
}

/** Operands with a space between two of which neither is text. */
export function print(values: readonly Value[]): string {
  return values
    .map((value, index) => {
      const before = values[index - 1];
      const isApart = index > 0 && typeof value !== 'string' && typeof before !== 'string';
      return `${isApart ? ' ' : ''}${shown(value)}`;
    })
    .join('');
}

export function printLine(values: readonly Value[]): string {
  return `${values.map(shown).join(' ')}\n`;
}

interface Directive {
  flags: string;
  width: number | undefined;
  precision: number | undefined;
  verb: string;
}

const DIRECTIVE = /%([-+# 0]*)(\*|\d+)?(?:\.(\*|\d+)?)?(.)?/gsu;

export function printFormatted(format: string, values: readonly Value[]): string {
  let next = 0;
  const size = (text: string | undefined): number | undefined => {
    if (text !== '*') return text === undefined ? undefined : Number(text);
    const value = values[next];
    next += 1;
    return typeof value === 'bigint' ? Number(value) : undefined;
  };
  const text = format.replace(
    DIRECTIVE,
    (all, flags: string, width: string | undefined, precision: string | undefined, verb: string | undefined) => {
      if (verb === undefined) return '%!(NOVERB)';
      if (verb === '%') return '%';
      const directive = {
        flags,
        width: size(width),
        precision: size(precision ?? (all.includes('.') ? '0' : undefined)),
        verb,
      };
      if (next >= values.length) return `%!${verb}(MISSING)`;
      next += 1;
      return one(directive, values[next - 1]);
    },
  );
  const extra = values.slice(next).map((value) => (isNothing(value) ? '<nil>' : `${typeOf(value)}=${shown(value)}`));
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`;
}

function one(directive: Directive, value: Value): string {
  const { verb } = directive;
  if (verb === 'T') return padded(typeOf(value), directive);
  if (isNothing(value)) return verb === 'v' ? padded('<nil>', directive) : `%!${verb}(<nil>)`;
  // Of a list or a map, each of its parts.
  const part = (each: Value): string => (isNothing(each) ? '<nil>' : one(directive, each));
  if (isList(value)) return `[${value.map(part).join(' ')}]`;
  if (isFields(value)) {
    const parts = entriesOf(value).map(([name, each]) => `${part(name)}:${part(each)}`);
    return `map[${parts.join(' ')}]`;
  }
  const text = textOf(directive, value);
  return text === undefined ? `%!${verb}(${typeOf(value)}=${shown(value)})` : padded(text, directive, value);
}

function textOf(directive: Directive, value: string | boolean | bigint | number): string | undefined {
  const { verb } = directive;
  if (typeof value === 'boolean') return verb === 't' || verb === 'v' ? String(value) : undefined;
  if (typeof value === 'string') return ofText(directive, value);
  const amount = typeof value === 'bigint' ? ofWhole(directive, value) : ofNumber(directive, value);
  return amount === undefined || amount.startsWith('-') ? amount : `${signOf(directive)}${amount}`;
}

function signOf({ flags, verb }: Directive): string {
  if (!/[dboxXvefgEFG]/.test(verb)) return '';
  if (flags.includes('+')) return '+';
  return flags.includes(' ') ? ' ' : '';
}

function ofText({ flags, precision, verb }: Directive, value: string): string | undefined {
  const cut = precision === undefined ? value : Array.from(value).slice(0, precision).join('');
  switch (verb) {
    case 'v':
      return flags.includes('#') ? JSON.stringify(cut) : cut;
    case 's':
      return cut;
    case 'q':
      return flags.includes('#') && !cut.includes('`') ? `\`${cut}\`` : JSON.stringify(cut);
    case 'x':
      return Buffer.from(cut).toString('hex');
    case 'X':
      return Buffer.from(cut).toString('hex').toUpperCase();
    default:
      return undefined;
  }
}

/** So many digits are written before there is an exponent, where nobody says how many. */
const SHORTEST = 6;
const BASES: Readonly<Record<string, number>> = { b: 2, o: 8, d: 10, v: 10, x: 16, X: 16 };
const PREFIXES: Readonly<Record<string, string>> = { b: '0b', o: '0', x: '0x', X: '0X' };

function ofWhole({ flags, verb }: Directive, value: bigint): string | undefined {
  const base = BASES[verb];
  if (base !== undefined) {
    const digits = (value < 0n ? -value : value).toString(base);
    const prefix = flags.includes('#') ? (PREFIXES[verb] ?? '') : '';
    return `${value < 0n ? '-' : ''}${prefix}${verb === 'X' ? digits.toUpperCase() : digits}`;
  }
  if (verb === 'c') return String.fromCodePoint(Number(value));
  if (verb === 'q') return `'${String.fromCodePoint(Number(value))}'`;
  if (verb === 'U') return `U+${value.toString(16).toUpperCase().padStart(4, '0')}`;
  return undefined;
}

function ofNumber({ precision, verb }: Directive, value: number): string | undefined {
  switch (verb) {
    case 'v':
    case 'g':
    case 'G': {
      const text = general(value, precision);
      return verb === 'G' ? text.toUpperCase() : text;
    }
    case 'f':
    case 'F':
      return fixed(value, precision ?? 6);
    case 'e':
    case 'E': {
      const text = exponent(value.toExponential(precision ?? 6));
      return verb === 'E' ? text.toUpperCase() : text;
    }
    default:
      return undefined;
  }
}

/** With as few digits as tell it from its neighbours, or with so many; with an exponent where Go has one. */
function general(value: number, precision?: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const rounded = precision === undefined ? value : Number(value.toPrecision(Math.max(1, precision)));
  const text = rounded.toExponential();
  const power = Number(text.slice(text.indexOf('e') + 1));
  const digits = text.replace(/e.*$/, '').replaceAll(/[-.]/g, '').length;
  let most = precision === undefined ? SHORTEST : Math.max(1, precision);
  if (precision !== undefined && most > digits && digits > power) most = digits;
  return power < -4 || power >= most ? exponent(text) : plain(rounded);
}

function plain(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Half of the last digit goes to the even one. */
function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  const exact = value.toFixed(Math.min(100, digits + 30));
  const whole = digits === 0 ? exact.indexOf('.') : exact.indexOf('.') + 1 + digits;
  const cut = exact.slice(0, whole);
  return /^\.?50*$/.test(exact.slice(whole)) && /[02468]$/.test(cut) ? cut : text;
}

/** Of two digits at least: `1e+06`. */
function exponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function padded(text: string, { flags, width = 0, verb }: Directive, value?: Value): string {
  const length = Array.from(text).length;
  if (length >= width) return text;
  if (flags.includes('-')) return text + ' '.repeat(width - length);
  const isNumber = typeof value === 'bigint' || typeof value === 'number';
  if (!flags.includes('0') || (isNumber && !/[dboxXvefgEFG]/.test(verb))) return ' '.repeat(width - length) + text;
  const sign = isNumber && /^[+-]/.test(text) ? text.charAt(0) : '';
  return sign + '0'.repeat(width - length) + text.slice(sign.length);
}

function isNothing(value: Value): value is undefined | null {
  return value === undefined || value === null;
}
