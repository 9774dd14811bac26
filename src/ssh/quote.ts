import { HvError } from '../errors';

/** Linux gives a program no longer argument, and the whole line is one: that of the shell. */
const LONGEST = 128 * 1024 - 1;

/** A command line for a POSIX shell, after which the program has exactly these arguments. */
export function commandLine(command: string, args: readonly string[]): string {
  return checkLine([command, ...args].map(quote).join(' '));
}

/** One word for a POSIX shell. */
export function quote(word: string): string {
  if (word.includes('\0')) throw invalid('has a NUL in it, which no program can be given', word);
  if (/\p{Surrogate}/u.test(word)) throw invalid('is not Unicode, so its bytes are not known', word);
  return /^[\w/.:,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** What a shell itself is to read. @internal */
export function checkLine(line: string): string {
  if (line.includes('\0')) throw invalid('has a NUL in it, which no shell can be given', line);
  if (Buffer.byteLength(line) <= LONGEST) return line;
  throw new HvError({
    code: 'ERR_INVALID_ARGUMENT',
    message: `The command is ${Buffer.byteLength(line)} bytes long, and Linux takes ${LONGEST}`,
    hint: 'Send the long part on standard input, or copy a file.',
  });
}

function invalid(what: string, word: string): HvError {
  return new HvError({
    code: 'ERR_INVALID_ARGUMENT',
    message: `This part of a command ${what}: ${JSON.stringify(word.slice(0, 60))}`,
  });
}
