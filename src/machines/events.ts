import { mkdirSync, readdirSync, watch } from 'node:fs';

import type { MachineEvent } from './event';
import { EventQueue } from './event-queue';
import { MachineWatch } from './machine-watch';
import type { Workplace } from './workplace';

/** What happens to machines from when somebody begins to iterate, until the signal or the end of the iteration. */
export function eventsOf(place: Workplace, signal: AbortSignal | undefined): AsyncIterable<MachineEvent> {
  return { [Symbol.asyncIterator]: () => follow(place, signal) };
}

function follow(place: Workplace, signal: AbortSignal | undefined): AsyncIterator<MachineEvent, undefined> {
  const queue = new EventQueue<MachineEvent>();
  const events = queue[Symbol.asyncIterator]();
  if (signal?.aborted) {
    queue.end();
    return events;
  }
  const watches = new Map<string, MachineWatch>();
  const end = (failure?: { error: unknown }): void => {
    folder.close();
    for (const each of watches.values()) each.close();
    queue.end(failure);
    signal?.removeEventListener('abort', aborted);
  };
  const aborted = (): void => {
    end();
  };
  const watchOf = (name: string): MachineWatch => {
    const fail = (error: unknown): void => {
      end({ error });
    };
    const found = watches.get(name) ?? new MachineWatch(place, name, { tell: queue.push.bind(queue), fail });
    watches.set(name, found);
    return found;
  };

  // At once, and not after the first wait: what is made from here on is new.
  const { machines } = place.home;
  try {
    mkdirSync(machines, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw place.home.unmade(error);
  }
  const folder = watch(machines, (_, name) => {
    if (name !== null) watchOf(name).seen();
  });
  folder.on('error', (error) => {
    end({ error });
  });
  signal?.addEventListener('abort', aborted);
  for (const name of readdirSync(machines)) watchOf(name).seen('before');
  return {
    next: () => events.next(),
    return: () => {
      end();
      return Promise.resolve({ value: undefined, done: true });
    },
  };
}
