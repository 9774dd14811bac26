import type { Document } from 'yaml';

/** Far more than anybody writes, and far less than the stack holds. */
const DEEPEST = 100;

export type Yaml = { document: Document } | { problem: string; cause?: Error };

/** A YAML text as its document, or why it is none. Whoever has no such text loads nothing for it. */
export function readYaml(text: string, options: { version?: '1.1' } = {}): Yaml {
  if (isTooDeep(text)) return { problem: 'it is nested too deep' };
  const { parseDocument } = require('yaml') as typeof import('yaml');
  const document: Document = parseDocument(text, { ...options, logLevel: 'error' });
  const [cause] = document.errors;
  return cause ? { problem: cause.message.split('\n')[0] ?? '', cause } : { document };
}

/**
 * A document is put together by recursion. Where its stack ends, that may end the whole process: a regular expression that
 * cannot be compiled there does. What comes before has a stack of its own, whose height tells.
 */
function isTooDeep(text: string): boolean {
  const { Lexer, Parser } = require('yaml') as typeof import('yaml');
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _token of parser.next(lexeme)) if (parser.stack.length > DEEPEST) return true;
    if (parser.stack.length > DEEPEST) return true;
  }
  return false;
}
