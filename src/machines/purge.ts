import { HvError } from '../errors';
import { clearCache } from '../images/clear';
import { AND, joinFailures } from '../resources/failures';
import { allEnded } from './ended';
import { heeded } from './heed';
import { orphansOf } from './home-orphans';
import { lockOf } from './lifecycle';
import { withLock } from './lock';
import type { WorkOptions } from './progress';
import { removeMachine } from './remove';
import { survey } from './survey';
import type { Workplace } from './workplace';

/**
 * Takes away all that a home has made on this host: machines, what they share, what was left of them, cached images. Its
 * settings, which somebody wrote, stay; so does its id, by which what another process is making just now is found again.
 * What was taken over from docker-machine is forgotten, and goes on.
 */
export async function purge(place: Workplace, options: WorkOptions = {}): Promise<void> {
  await heeded(takeAll(place, options), options.signal);
}

async function takeAll(place: Workplace, options: WorkOptions): Promise<void> {
  const { signal } = options;
  const failures: unknown[] = [];
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    signal?.throwIfAborted();
    try {
      await work();
    } catch (error) {
      if (signal?.aborted) throw error;
      failures.push(error);
    }
  };
  const { records, unreadable } = await survey(place.store);
  const made = records.filter(({ importedFrom }) => importedFrom === undefined);
  await allEnded(made.map(({ name }) => attempt(() => removeMachine(place, name, options))));
  // What stands in them cannot be known; what was made for them is among the orphans once they are gone.
  const taken = records.filter((record) => !made.includes(record));
  for (const { name } of [...taken, ...unreadable]) await attempt(() => forget(place, name, signal));
  for (const name of await place.store.leftovers()) await attempt(() => forgetLeftover(place, name, signal));
  const { found, failures: unasked } = await orphansOf(place);
  failures.push(...unasked.map(({ error }) => error));
  for (const { orphan } of found) await attempt(() => orphan.delete());
  await attempt(() => clearCache(place.home.cache));
  const [first, ...others] = failures;
  if (first !== undefined) throw unfinished(joinFailures(first, others, AND));
}

async function forget(place: Workplace, name: string, signal?: AbortSignal): Promise<void> {
  await withLock(lockOf(place, name, signal), () => place.store.delete(name));
}

/** A machine of this name may just be made, whose folder is there before its file is: once it has that, it is no leftover. */
async function forgetLeftover(place: Workplace, name: string, signal?: AbortSignal): Promise<void> {
  await withLock(lockOf(place, name, signal), async () => {
    if (!(await place.store.has(name))) await place.store.delete(name);
  });
}

function unfinished(cause: unknown): HvError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HvError({
    code: 'ERR_PURGE',
    message: `Not all could be taken away: ${why}`,
    hint: 'hvkit doctor shows what is left; hvkit purge again goes on',
    cause,
  });
}
