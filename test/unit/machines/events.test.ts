import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { MachineEvent } from '../../../src/machines/event';
import { TestHome } from '../../support/home';

/** The events as lines, one after the other: `dev state Running`. */
class Told implements AsyncDisposable {
  readonly #events: AsyncIterator<MachineEvent>;

  constructor(events: AsyncIterable<MachineEvent>) {
    this.#events = events[Symbol.asyncIterator]();
  }

  async next(): Promise<string> {
    const result = await this.#events.next();
    if (result.done === true) return 'end';
    const event = result.value;
    return [event.machine, event.event, ...(event.event === 'state' ? [event.state] : [])].join(' ');
  }

  async upTo(last: string): Promise<string[]> {
    const lines: string[] = [];
    while (lines.at(-1) !== last) lines.push(await this.next());
    return lines;
  }

  async close(): Promise<void> {
    await this.#events.return!();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

test('a machine comes, runs, ends and goes', async () => {
  await using home = new TestHome();
  const end = new AbortController();
  await using told = new Told(home.open().events({ signal: end.signal }));
  // By another process, so to say.
  const machine = await home.open().create(home.request('dev'));
  expect(await told.upTo('dev state Running')).toEqual(['dev created', 'dev state Running']);
  await machine.pause();
  expect(await told.next()).toBe('dev state Paused');
  await machine.resume();
  expect(await told.next()).toBe('dev state Running');
  await machine.stop();
  expect(await told.next()).toBe('dev state Stopped');
  await machine.remove();
  expect(await told.next()).toBe('dev removed');
  await home.open().create(home.request('dev'));
  expect(await told.upTo('dev state Running')).toEqual(['dev created', 'dev state Running']);
  end.abort();
  expect(await told.next()).toBe('end');
});

test('machines that were there are not told of, what happens to them is', async () => {
  await using home = new TestHome();
  const machine = await home.open().create(home.request('dev'));
  await using told = new Told(home.open().events());
  const other = await home.open().create(home.request('other'));
  expect(await told.upTo('other state Running')).toEqual(['other created', 'other state Running']);
  await machine.kill();
  expect(await told.next()).toBe('dev state Stopped');
  await other.remove();
  expect(await told.upTo('other removed')).toContain('other removed');
  await told.close();
  expect(await told.next()).toBe('end');
});

test('an event says when, and of which machine', async () => {
  await using home = new TestHome();
  const before = Date.now();
  const machine = home.open().create(home.request('dev'));
  for await (const event of home.open().events()) {
    expect(event).toMatchObject({ event: 'created', machine: 'dev', driver: 'file' });
    expect(event.time.getTime()).toBeGreaterThanOrEqual(before);
    expect(event.uuid).toBe((await machine).uuid);
    break;
  }
});

test('a damaged file and a stray one are no events, and end none', async () => {
  await using home = new TestHome();
  const hv = home.open();
  await using told = new Told(hv.events());
  const folder = join(home.path, 'machines', 'broken');
  mkdirSync(folder);
  writeFileSync(join(folder, 'machine.json'), '{');
  writeFileSync(join(home.path, 'machines', 'stray'), '');
  await hv.create(home.request('dev'));
  expect(await told.next()).toBe('dev created');
  expect(home.warnings.filter((line) => line.includes(join(folder, 'machine.json')))).toHaveLength(1);
  execFileSync('rm', ['-r', folder]);
  await told.close();
});

test('with a signal that is aborted already there are none', async () => {
  await using home = new TestHome();
  await using told = new Told(home.open().events({ signal: AbortSignal.abort() }));
  expect(await told.next()).toBe('end');
});
