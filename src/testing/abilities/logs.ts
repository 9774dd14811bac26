import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';

import { HvError } from '../../errors';
import type { Machine } from '../../machines/machine';
import { expectation, type Expectation } from '../expectation';

/** Not among the capabilities: a driver has the call, or has not. */
export const logs: readonly Expectation[] = [
  expectation('what its console printed is shown, or refused', async (subject) => {
    const machine = await subject.running();
    const printed = await logsOf(machine, {});
    if (printed === undefined) return;
    assert.notEqual(await textOf(printed), '');
  }),
  expectation('what its console prints from now on is followed until the signal', async (subject) => {
    const machine = await subject.running();
    const over = new AbortController();
    const printed = await logsOf(machine, { follow: true, signal: over.signal });
    if (printed === undefined) return;
    const text = textOf(printed);
    over.abort();
    await text;
  }),
];

async function logsOf(machine: Machine, options: Parameters<Machine['logs']>[0]): Promise<Readable | undefined> {
  try {
    return await machine.logs(options);
  } catch (error) {
    if (HvError.is(error) && error.code === 'ERR_UNSUPPORTED') return undefined;
    throw error;
  }
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
