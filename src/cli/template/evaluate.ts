import { shown } from './format';
import { FUNCTIONS } from './functions';
import type { ExecuteOptions } from './index';
import type { Command, Node, Operand, Pipe } from './syntax';
import { entriesOf, fieldOf, isFields, isList, isTrue, typeOf, type Value } from './value';
import { wrong } from './wrong';

type Leap = 'break' | 'continue';

interface Variable {
  readonly name: string;
  value: Value;
}

export function evaluate(nodes: readonly Node[], data: Value, options: ExecuteOptions): string {
  const walker = new Walker(data, options);
  walker.walk(nodes, data);
  return walker.output.join('');
}

class Walker {
  readonly output: string[] = [];
  readonly #options: ExecuteOptions;
  /** The latest last; what a block makes goes with it. */
  readonly #variables: Variable[];

  constructor(data: Value, options: ExecuteOptions) {
    this.#options = options;
    this.#variables = [{ name: '', value: data }];
  }

  walk(nodes: readonly Node[], dot: Value): Leap | undefined {
    for (const node of nodes) {
      const leap = this.#node(node, dot);
      if (leap !== undefined) return leap;
    }
    return undefined;
  }

  #node(node: Node, dot: Value): Leap | undefined {
    switch (node.type) {
      case 'text':
        this.output.push(node.text);
        return undefined;
      case 'action': {
        const value = this.#pipe(node.pipe, dot);
        if (node.pipe.variables.length === 0) this.output.push(value === undefined ? '<no value>' : shown(value));
        return undefined;
      }
      case 'break':
      case 'continue':
        return node.type;
      case 'range':
        return this.#scoped(() => this.#range(node, dot));
      case 'if':
      case 'with':
        return this.#scoped(() => {
          const value = this.#pipe(node.pipe, dot);
          if (!isTrue(value)) return this.walk(node.otherwise, dot);
          return this.walk(node.body, node.type === 'with' ? value : dot);
        });
    }
  }

  #range({ pipe, body, otherwise }: Extract<Node, { pipe: Pipe; body: unknown }>, dot: Value): Leap | undefined {
    const list = this.#pipe({ ...pipe, variables: [] }, dot);
    const items = itemsOf(list, pipe);
    if (items.length === 0) return this.walk(otherwise, dot);
    const [first, second] = pipe.variables;
    for (const [key, item] of items) {
      const leap = this.#scoped(() => {
        // One variable is the element; of two, the first is its place.
        if (second !== undefined && first !== undefined) this.#set(first, key, pipe);
        const element = second ?? first;
        if (element !== undefined) this.#set(element, item, pipe);
        return this.walk(body, item);
      });
      if (leap === 'break') break;
    }
    return undefined;
  }

  #scoped(work: () => Leap | undefined): Leap | undefined {
    const before = this.#variables.length;
    try {
      return work();
    } finally {
      this.#variables.length = before;
    }
  }

  #pipe(pipe: Pipe, dot: Value): Value {
    let value: Value;
    for (const [index, command] of pipe.commands.entries()) {
      value = this.#command(command, dot, index === 0 ? [] : [value]);
      // What is nothing is no value, also where it stands in the data.
      value ??= undefined;
    }
    const [name] = pipe.variables;
    if (name !== undefined) this.#set(name, value, pipe);
    return value;
  }

  /** `last`: what comes out of the command before. */
  #command([first, ...rest]: Command, dot: Value, last: readonly Value[]): Value {
    if (first.type === 'function') return this.#call(first, rest, dot, last);
    if (rest.length > 0 || last.length > 0) throw wrong(`can't give argument to non-function ${first.source}`);
    if (first.type === 'nil') throw wrong('nil is not a command');
    return this.#operand(first, dot);
  }

  #call(
    { name }: Operand & { type: 'function' },
    operands: readonly Operand[],
    dot: Value,
    last: readonly Value[],
  ): Value {
    const called = FUNCTIONS[name];
    if (called === undefined) throw wrong(`function "${name}" not defined`);
    const count = operands.length + last.length;
    if (count < called.least || count > (called.most ?? Infinity)) {
      throw wrong(`wrong number of args for ${name}: ${count}`);
    }
    if (called.decides === undefined) {
      return called.call([...operands.map((operand) => this.#operand(operand, dot)), ...last]);
    }
    // The rest of what stands behind `and` and `or` is not looked at once the answer is known.
    let value: Value;
    for (const argument of [...operands.map((operand) => () => this.#operand(operand, dot)), ...last.map(constant)]) {
      value = argument();
      if (isTrue(value) === called.decides) return value;
    }
    return value;
  }

  #operand(operand: Operand, dot: Value): Value {
    const { source } = operand;
    switch (operand.type) {
      case 'dot':
        return dot;
      case 'nil':
        return null;
      case 'constant':
        return operand.value;
      case 'function':
        return this.#call(operand, [], dot, []);
      case 'field':
        return this.#path(dot, operand.path, source);
      case 'variable':
        return this.#path(this.#variable(operand.name).value, operand.path, source);
      case 'pipe':
        return this.#path(this.#pipe(operand.pipe, dot), operand.path, source);
    }
  }

  #path(from: Value, path: readonly string[], source: string): Value {
    let value = from;
    for (const name of path) {
      if (value === undefined) return undefined;
      if (value === null) throw wrong(`${source}: nil pointer evaluating interface {}.${name}`);
      if (!isFields(value)) throw wrong(`${source}: can't evaluate field ${name} in type ${typeOf(value)}`);
      if (this.#options.missing === 'error' && !Object.hasOwn(value, name)) {
        throw wrong(`${source}: there is no field ${name}; there is ${Object.keys(value).join(', ')}`);
      }
      value = fieldOf(value, name);
    }
    return value;
  }

  #variable(name: string): Variable {
    const found = this.#variables.findLast((each) => each.name === name);
    if (found === undefined) throw wrong(`undefined variable "$${name}"`);
    return found;
  }

  #set(name: string, value: Value, { assigns }: Pipe): void {
    if (assigns) this.#variable(name).value = value;
    else this.#variables.push({ name, value });
  }
}

function itemsOf(list: Value, pipe: Pipe): [Value, Value][] {
  if (list === undefined || list === null) return [];
  if (isList(list)) return list.map((item, index) => [BigInt(index), item]);
  if (isFields(list)) return entriesOf(list);
  const [source] = pipe.commands.flat().map((operand) => operand.source);
  throw wrong(`range can't iterate over ${shown(list)} (${source ?? ''})`);
}

function constant<T>(value: T): () => T {
  return () => value;
}
