import type { Argument, Command, Option } from 'commander';

/** What a shell offers where a word is due. */
export type Offer =
  { kind: 'nothing' | 'files' | 'machines' | 'places' } | { kind: 'choices'; choices: readonly string[] };

export interface Flag {
  /** `-o`, `--output`; at least one. */
  names: readonly string[];
  words: string;
  /** Undefined: the flag takes no value. */
  value?: Offer;
}

export interface Verb {
  /** `ls`, or `image ls`. */
  path: readonly string[];
  summary: string;
  flags: readonly Flag[];
  /** Each argument's offer; the last one goes on if `variadic`. */
  takes: readonly Offer[];
  variadic: boolean;
  verbs: readonly Verb[];
}

/** What every completion is made from: the commands as they are. */
export function modelOf(program: Command): Verb {
  return verbOf(program, []);
}

function verbOf(command: Command, path: readonly string[]): Verb {
  const flags = command.options.filter(({ hidden }) => !hidden).map(flagOf);
  const help: Flag = { names: ['-h', '--help'], words: 'print help' };
  return {
    path,
    summary: command.summary(),
    flags: [...flags, help],
    takes: command.registeredArguments.map((argument) => argumentOf(argument, command)),
    variadic: command.registeredArguments.at(-1)?.variadic === true,
    verbs: command.commands.map((each) => verbOf(each, [...path, each.name()])),
  };
}

function flagOf(option: Option): Flag {
  const names = [option.short, option.long].filter((name) => name !== undefined);
  const flag = { names, words: option.description };
  return option.required || option.optional ? { ...flag, value: valueOf(option) } : flag;
}

function valueOf({ argChoices, flags }: Option): Offer {
  if (argChoices) return { kind: 'choices', choices: argChoices };
  return { kind: /<(?:file|folder|image|host:guest)>/.test(flags) ? 'files' : 'nothing' };
}

/** An argument is called by what it is. */
function argumentOf(argument: Argument, { parent }: Command): Offer {
  if (argument.argChoices) return { kind: 'choices', choices: argument.argChoices };
  switch (argument.name()) {
    case 'machine':
    case 'machines':
      return { kind: 'machines' };
    case 'source':
      return { kind: 'places' };
    case 'image':
      return { kind: 'files' };
    case 'topic':
      return { kind: 'choices', choices: parent?.commands.map((command) => command.name()) ?? [] };
    default:
      return { kind: 'nothing' };
  }
}

/** A command with those below it, the outer ones first. */
export function allVerbs(verb: Verb): Verb[] {
  return [verb, ...verb.verbs.flatMap(allVerbs)];
}
