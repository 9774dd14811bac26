import { early } from '../early';

/** Those of one word. One with a hyphen inside is a long one by that, a driver's own among them: `-kvm-memory`. */
const WORDS =
  'debug delta driver filter force format help quiet recursive shell swarm timeout unmount unset url version'.split(
    ' ',
  );
const LONG = new RegExp(`^-(?:${WORDS.join('|')}|[a-z][a-z0-9]+(?:-[a-z0-9]+)+)(?:=|$)`);

/**
 * As Go reads options, and so docker-machine did: one hyphen is as good as two, before one letter as before a word, and
 * `-d=kvm` is `-d kvm`. What is handed on to the program of a command stays as it is.
 */
export function longOptions(argv: readonly string[], handOn: ReadonlySet<string>): readonly string[] {
  const end = argv.indexOf('--');
  const read = argv.map((word, index) => (end !== -1 && index > end ? word : withItsHyphens(word)));
  const { command } = early(read);
  if (command === undefined || !handOn.has(command)) return read;
  const own = read.indexOf(command);
  return [...read.slice(0, own), ...argv.slice(own)];
}

function withItsHyphens(word: string): string {
  return LONG.test(word) ? `-${word}` : word.replace(/^--?([a-zA-Z])(?:=(.*))?$/s, '-$1$2');
}
