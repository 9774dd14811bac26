import { inspect, stripVTControlCharacters } from 'node:util';

import { CommanderError } from 'commander';

import type { HvError, HvErrorInit } from '../index';
import { FACES, type Face } from './face';

/** As far as a cause is quoted beside the message that it led to. */
const CAUSE_LENGTH = 300;

/** The command line itself is wrong: exit status 2. */
export class UsageError extends CommanderError {
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(2, 'hvkit.usage', message);
  }
}

/** A failure that the library knows nothing of. Made late: a command that goes well loads nothing for it. */
export function failure(init: HvErrorInit): HvError {
  const { HvError } = require('../index') as typeof import('../index');
  return new HvError(init);
}

/** What can be told from the command line alone, whoever finds out. */
const USAGE = new Set([
  'ERR_INVALID_REQUEST',
  'ERR_INVALID_NAME',
  'ERR_SIZE',
  'ERR_DURATION',
  'ERR_SETTING',
  'ERR_NO_DRIVER',
]);

/** Nothing was made, nor can be like this. */
const REFUSED = new Set(['ERR_PRECREATE', 'ERR_DRIVER_PLATFORM']);

/** 1 failure, 2 wrong usage, 3 a check before the machine is made. */
export function statusOf(error: unknown, { usageStatus }: Pick<Face, 'usageStatus'> = FACES.hvkit): number {
  if (error instanceof CommanderError) return usageStatus;
  const code = codeOf(error);
  if (code === undefined) return 1;
  if (REFUSED.has(code)) return 3;
  return USAGE.has(code) ? usageStatus : 1;
}

export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

export interface DescribeOptions {
  /** With all there is to know of it. */
  debug: boolean;
  /** The command whose help is of use. */
  command?: string | undefined;
  /** The machine that it happened with, where several are dealt with. */
  machine?: string | undefined;
}

/** `Error: what failed`, why, and what to try. */
export function describe(error: unknown, { debug, command, machine }: DescribeOptions): string {
  const message = messageOf(error);
  const whose = machine === undefined || message.includes(machine) ? '' : `${machine}: `;
  const lines = [message.startsWith('Error') ? message : `Error: ${whose}${message}`];
  const cause = error instanceof Error || hasCause(error) ? causeOf(error.cause, message) : undefined;
  if (cause !== undefined) lines.push(`Cause: ${cause}`);
  const hint = hintOf(error, command);
  if (hint !== undefined) lines.push(`Try: ${hint}`);
  // Which fields an error has besides is for whoever looks for the fault.
  if (debug) lines.push(inspect(error, { depth: 8 }));
  // Some of it somebody else wrote: it must not move the cursor, or write over what stands there.
  return stripVTControlCharacters(lines.join('\n')).replaceAll(/[^\P{Cc}\n\t]/gu, '');
}

function hasCause(error: unknown): error is { cause: unknown } {
  return typeof error === 'object' && error !== null && 'cause' in error;
}

export function messageOf(error: unknown): string {
  if (error instanceof CommanderError) return error.message.replace(/^error: /, '').replace(/\n\(Did you mean.*$/s, '');
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/** The first of the causes that says what the message does not. */
function causeOf(cause: unknown, message: string): string | undefined {
  if (cause === undefined || cause === null) return undefined;
  const [first = ''] = messageOf(cause).trim().split('\n');
  // Of zod's errors the message is JSON, and its first line a bracket.
  if (!/\p{L}/u.test(first) || message.includes(first)) {
    return hasCause(cause) ? causeOf(cause.cause, message) : undefined;
  }
  return first.length > CAUSE_LENGTH ? `${first.slice(0, CAUSE_LENGTH)}...` : first;
}

export function hintOf(error: unknown, command?: string): string | undefined {
  if (typeof error === 'object' && error !== null && 'hint' in error && typeof error.hint === 'string') {
    return error.hint;
  }
  if (error instanceof CommanderError) return similarTo(error, command) ?? line(command, '--help');
  // An error that nobody foresaw.
  if (codeOf(error) === undefined) return 'the same with --debug, and report what it prints: this is a fault in hvkit';
  return undefined;
}

/** What comes near a command or a flag that there is not. */
function similarTo({ message, code }: CommanderError, command: string | undefined): string | undefined {
  const names = /\(Did you mean (?:one of )?(.*)\?\)/.exec(message)?.[1]?.split(', ');
  return names?.map((name) => (code === 'commander.unknownCommand' ? line(command, name) : name)).join(' or ');
}

function line(command: string | undefined, last: string): string {
  return ['hvkit', command, last].filter((word) => word !== undefined).join(' ');
}
