import { constantOf } from './constant';
import { FUNCTIONS } from './functions';
import { lex, type Segment, type Token } from './lex';
import type { Command, Node, Operand, Pipe } from './syntax';
import { wrong } from './wrong';

const BLOCKS = new Set(['if', 'with', 'range']);
/** What Go has besides, for templates of many parts. */
const ABSENT = new Set(['define', 'template', 'block']);

export function parse(source: string): Node[] {
  const reader = new Reader(lex(source));
  const { nodes, end } = reader.list(['']);
  if (end !== undefined) throw wrong(`unexpected {{${end.word}}}`, end.line);
  return nodes;
}

/** What a list ended with: `end` or `else`, and the tokens behind it. */
interface End {
  word: string;
  rest: readonly Token[];
  line: number;
}

class Reader {
  readonly #segments: readonly Segment[];
  #next = 0;
  #loops = 0;

  constructor(segments: readonly Segment[]) {
    this.#segments = segments;
  }

  /** `variables`: those that can be seen here. */
  list(variables: readonly string[]): { nodes: Node[]; end?: End } {
    const nodes: Node[] = [];
    const seen = [...variables];
    for (let segment = this.#segments[this.#next]; segment; segment = this.#segments[this.#next]) {
      this.#next += 1;
      if (segment.type === 'text') {
        nodes.push(segment);
        continue;
      }
      const { line } = segment;
      const tokens = segment.tokens.slice(segment.tokens[0]?.kind === 'space' ? 1 : 0);
      const word = tokens[0]?.kind === 'word' ? tokens[0].text : '';
      const rest = tokens.slice(1);
      if (word === 'end' || word === 'else') return { nodes, end: { word, rest, line } };
      nodes.push(this.#node(word, { tokens, rest, line, seen }));
    }
    return { nodes };
  }

  #node(
    word: string,
    { tokens, rest, line, seen }: { tokens: readonly Token[]; rest: readonly Token[]; line: number; seen: string[] },
  ): Node {
    if (ABSENT.has(word)) throw wrong(`there is no {{${word}}} here`, line);
    if (BLOCKS.has(word)) return this.#block(word as 'if', { rest, line, seen });
    if (word === 'break' || word === 'continue') {
      if (this.#loops === 0) throw wrong(`{{${word}}} outside {{range}}`, line);
      return { type: word };
    }
    return { type: 'action', pipe: new Words(tokens, line, seen).whole('command') };
  }

  #block(type: 'if' | 'with' | 'range', { rest, line, seen }: Omit<End, 'word'> & { seen: readonly string[] }): Node {
    const inside = [...seen];
    const pipe = new Words(rest, line, inside).whole(type);
    this.#loops += type === 'range' ? 1 : 0;
    const { nodes: body, end } = this.list(inside);
    this.#loops -= type === 'range' ? 1 : 0;
    const otherwise = end?.word === 'else' ? this.#otherwise(type, end, inside) : [];
    if (end === undefined) throw wrong(`{{${type}}} without {{end}}`, line);
    return { type, pipe, body, otherwise };
  }

  /** `{{else if}}` stands for an `if` inside of the `else`, both ended by one `{{end}}`. */
  #otherwise(type: string, { rest, line }: End, seen: readonly string[]): readonly Node[] {
    const [word, ...more] = rest.filter(({ kind }, index) => index > 0 || kind !== 'space');
    if (word !== undefined) {
      if (word.text === type && (type === 'if' || type === 'with')) {
        return [this.#block(type, { rest: more, line, seen })];
      }
      throw wrong(`unexpected "${word.text}" behind else`, line);
    }
    const { nodes, end } = this.list(seen);
    if (end?.word === 'else') throw wrong('a second {{else}}', end.line);
    if (end === undefined) throw wrong('{{else}} without {{end}}', line);
    return nodes;
  }
}

/** Reads what stands in one pair of braces. */
class Words {
  readonly #tokens: readonly Token[];
  readonly #line: number;
  /** Grows with each variable that is made here. */
  readonly #seen: string[];
  #next = 0;

  constructor(tokens: readonly Token[], line: number, seen: string[]) {
    this.#tokens = tokens;
    this.#line = line;
    this.#seen = seen;
  }

  whole(context: string): Pipe {
    const pipe = this.#pipe(context);
    const token = this.#peek();
    if (token !== undefined) throw this.#unexpected(token);
    return pipe;
  }

  #pipe(context: string): Pipe {
    const { variables, assigns } = this.#declaration(context === 'range' ? 2 : 1);
    const commands: Command[] = [];
    do commands.push(this.#command(context));
    while (this.#takes('|'));
    for (const [first] of commands.slice(1)) {
      if (first.type === 'constant' || first.type === 'nil' || first.type === 'dot') {
        throw wrong(`non executable command in pipeline: ${first.source}`, this.#line);
      }
    }
    if (!assigns) this.#seen.push(...variables);
    return { variables, assigns, commands };
  }

  #declaration(most: number): { variables: string[]; assigns: boolean } {
    const start = this.#next;
    const variables: string[] = [];
    do {
      this.#skip();
      const token = this.#tokens[this.#next];
      if (token?.kind !== 'variable') break;
      this.#next += 1;
      variables.push(token.text.slice(1));
    } while (variables.length < most && this.#takes(','));
    const makes = variables.length > 0 && this.#takes(':=');
    const assigns = !makes && variables.length > 0 && this.#takes('=');
    if (makes || assigns) {
      const unknown = assigns ? variables.find((name) => !this.#seen.includes(name)) : undefined;
      if (unknown !== undefined) throw wrong(`undefined variable "$${unknown}"`, this.#line);
      return { variables, assigns };
    }
    this.#next = start;
    return { variables: [], assigns: false };
  }

  #command(context: string): Command {
    const operands: Operand[] = [];
    for (let token = this.#peek(); token !== undefined && !/^[|)]$/.test(token.text); token = this.#peek()) {
      operands.push(this.#operand(token));
      const next = this.#tokens[this.#next];
      if (next !== undefined && next.kind !== 'space' && !/^[|)]$/.test(next.text)) throw this.#unexpected(next);
    }
    const [first, ...rest] = operands;
    if (first === undefined) throw wrong(`missing value for ${context}`, this.#line);
    return [first, ...rest];
  }

  #operand(token: Token): Operand {
    const { kind, text } = token;
    this.#next += 1;
    if (text === '(' && kind === 'mark') {
      const start = this.#next;
      const pipe = this.#pipe('parenthesized pipeline');
      if (!this.#takes(')')) throw wrong('unclosed left paren', this.#line);
      const inside = this.#tokens.slice(start - 1, this.#next).map((each) => each.text);
      const path = this.#fields();
      return { type: 'pipe', pipe, path, source: `${inside.join('')}${pathText(path)}` };
    }
    if (text === '.' && kind === 'mark') return { type: 'dot', source: text };
    if (kind === 'field') {
      const path = [text.slice(1), ...this.#fields()];
      return { type: 'field', path, source: pathText(path) };
    }
    if (kind === 'variable') {
      const name = text.slice(1);
      if (!this.#seen.includes(name)) throw wrong(`undefined variable "${text}"`, this.#line);
      const path = this.#fields();
      return { type: 'variable', name, path, source: `${text}${pathText(path)}` };
    }
    return kind === 'word' ? this.#word(text) : this.#constant(token);
  }

  #word(text: string): Operand {
    if (text === 'true' || text === 'false') return { type: 'constant', value: text === 'true', source: text };
    if (text === 'nil') return { type: 'nil', source: text };
    if (Object.hasOwn(FUNCTIONS, text)) return { type: 'function', name: text, source: text };
    throw wrong(`function "${text}" not defined`, this.#line);
  }

  #constant(token: Token): Operand {
    if (token.kind === 'mark') throw this.#unexpected(token);
    const value = constantOf(token);
    if (value === undefined) throw wrong(`bad syntax: ${token.text}`, this.#line);
    return { type: 'constant', value, source: token.text };
  }

  /** The fields that follow without a space. */
  #fields(): string[] {
    const path: string[] = [];
    for (let token = this.#tokens[this.#next]; token?.kind === 'field'; token = this.#tokens[this.#next]) {
      path.push(token.text.slice(1));
      this.#next += 1;
    }
    return path;
  }

  #takes(mark: string): boolean {
    const token = this.#peek();
    if (token?.kind !== 'mark' || token.text !== mark) return false;
    this.#next += 1;
    return true;
  }

  #peek(): Token | undefined {
    this.#skip();
    return this.#tokens[this.#next];
  }

  #skip(): void {
    while (this.#tokens[this.#next]?.kind === 'space') this.#next += 1;
  }

  #unexpected({ text }: Token): Error {
    return wrong(`unexpected "${text}"`, this.#line);
  }
}

function pathText(path: readonly string[]): string {
  return path.map((name) => `.${name}`).join('');
}
