const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/** A member of an object, in a text that is JSON, as it stands there: parsed and written again, its large numbers would be others. */
export function memberText(text: string, name: string): string | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  let found: string | undefined;
  let depth = 0;
  let key: string | undefined;
  let from: number | undefined;
  let to = 0;
  for (const match of text.matchAll(TOKENS)) {
    const [token] = match;
    const closes = token === '}' || token === ']';
    if (depth === 1 && (token === ',' || closes)) {
      // The last one of a name holds, as for every parser.
      if (key === name && from !== undefined) found = text.slice(from, to);
      key = from = undefined;
    } else if (depth === 1 && key === undefined) {
      key = JSON.parse(token) as string;
    } else if (depth > 1 || (depth === 1 && token !== ':')) {
      from ??= match.index;
    }
    if (closes) depth -= 1;
    else if (token === '{' || token === '[') depth += 1;
    to = match.index + token.length;
  }
  return found;
}
