import type { Driver, DriverMachine } from '../drivers/driver';
import { plainLine, signIn } from './console-signs';

const MOST = 10;

export interface Tail {
  /** How much was there before the machine was started: where that is known, what counts is what came since. */
  before?: number | undefined;
  signal: AbortSignal;
}

/**
 * What a console said last, for an error. Of a kernel that panicked, and what else reports at length why it ends, the first
 * lines of that: the last ones may be any of it. Nothing of a driver that keeps no console's log.
 */
export async function consoleTail(driver: Driver, machine: DriverMachine, { before, signal }: Tail): Promise<string[]> {
  if (!driver.logs) return [];
  const chunks: Buffer[] = [];
  const logs = await driver.logs(machine, { follow: false, signal });
  for await (const chunk of logs as AsyncIterable<Buffer | string>) chunks.push(Buffer.from(chunk));
  const all = Buffer.concat(chunks);
  // One that is shorter than before has begun anew.
  const news = before === undefined || all.length < before ? all : all.subarray(before);
  const lines = linesOf(news.toString('utf8'));
  if (lines.length === 0) return ['the console printed nothing'];
  const end = before === undefined ? -1 : lines.findIndex((line) => signIn(plainLine(line)) !== undefined);
  const reports = signIn(plainLine(lines[end] ?? ''))?.reports === true;
  const shown = reports ? lines.slice(end, end + 1 + MOST) : lines.slice(-MOST);
  return [reports ? 'the console said:' : 'the console said last:', ...shown.map((line) => `  ${line}`)];
}

/** Without what they tell a terminal to do: they end up on that of a user. */
export function linesOf(text: string): string[] {
  const { stripVTControlCharacters } = require('node:util') as typeof import('node:util');
  const lines = stripVTControlCharacters(text).split(/\r*\n/);
  return lines.map((line) => line.replaceAll(/\p{Cc}/gu, ' ').trimEnd()).filter((line) => line !== '');
}
