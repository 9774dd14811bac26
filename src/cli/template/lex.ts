import { wrong } from './wrong';

/** A template in pieces: text as it stands, and what stands in braces. */
export type Segment = { type: 'text'; text: string } | { type: 'action'; tokens: readonly Token[]; line: number };

export interface Token {
  kind: Kind;
  text: string;
}

type Kind = 'space' | 'field' | 'variable' | 'word' | 'number' | 'string' | 'character' | 'mark';

const OPEN = '{{';

/** What comes first is tried first: `.5` is a number, `.A` a field, and `.` the dot. */
const TOKENS: readonly (readonly [Kind, RegExp])[] = [
  ['space', /[ \t\r\n]+/y],
  ['number', /[+-]?(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)/y],
  ['field', /\.[\p{L}_][\p{L}\p{N}_]*/uy],
  ['variable', /\$[\p{L}\p{N}_]*/uy],
  ['word', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y],
  ['character', /'(?:[^'\\\n]|\\.)+'/y],
  ['mark', /:=|[=|(),.]/y],
];

export function lex(source: string): Segment[] {
  const segments: Segment[] = [];
  let position = 0;
  let isTrimmed = false;
  for (;;) {
    const open = source.indexOf(OPEN, position);
    const end = open === -1 ? source.length : open;
    // `{{- ` takes the white space before it, ` -}}` that behind it.
    const trims = open !== -1 && /^-[ \t\r\n]/.test(source.slice(open + OPEN.length, open + OPEN.length + 2));
    let text = source.slice(position, end);
    if (isTrimmed) text = text.replace(/^[ \t\r\n]+/, '');
    if (trims) text = text.replace(/[ \t\r\n]+$/, '');
    if (text !== '') segments.push({ type: 'text', text });
    if (open === -1) return segments;
    const action = lexAction(source, open + OPEN.length + (trims ? 1 : 0));
    if (action.tokens !== undefined) {
      segments.push({ type: 'action', tokens: action.tokens, line: lineAt(source, open) });
    }
    position = action.end;
    isTrimmed = action.trims;
  }
}

interface Action {
  /** None of a comment. */
  tokens?: Token[];
  end: number;
  trims: boolean;
}

function lexAction(source: string, start: number): Action {
  const comment = /[ \t\r\n]*\/\*/y;
  comment.lastIndex = start;
  if (comment.test(source)) return lexComment(source, comment.lastIndex);
  const tokens: Token[] = [];
  let position = start;
  while (position < source.length) {
    const close = closeAt(source, position);
    if (close !== undefined) return { tokens, ...close };
    const token = tokenAt(source, position);
    tokens.push(token);
    position += token.text.length;
  }
  throw wrong('unclosed action', lineAt(source, start));
}

function lexComment(source: string, start: number): Action {
  const end = source.indexOf('*/', start);
  if (end === -1) throw wrong('unclosed comment', lineAt(source, start));
  const close = closeAt(source, end + 2);
  if (close === undefined) throw wrong('comment ends before closing delimiter', lineAt(source, end));
  return close;
}

function closeAt(source: string, position: number): { end: number; trims: boolean } | undefined {
  const close = /([ \t\r\n]+-)?\}\}/y;
  close.lastIndex = position;
  const [, trim] = close.exec(source) ?? [undefined, undefined];
  if (close.lastIndex === 0) return undefined;
  return { end: close.lastIndex, trims: trim !== undefined };
}

function tokenAt(source: string, position: number): Token {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = position;
    const [text] = pattern.exec(source) ?? [];
    if (text === undefined) continue;
    if (kind === 'number' && /[\p{L}\p{N}_]/u.test(source.charAt(position + text.length))) {
      throw wrong(`bad number syntax: "${text}${source.charAt(position + text.length)}"`, lineAt(source, position));
    }
    return { kind, text };
  }
  const character = String.fromCodePoint(source.codePointAt(position) ?? 0);
  if (/["'`]/.test(character)) throw wrong('unterminated quoted string', lineAt(source, position));
  throw wrong(`unexpected "${character}"`, lineAt(source, position));
}

function lineAt(source: string, position: number): number {
  return source.slice(0, position).split('\n').length;
}
