import { watch as watchFolder } from 'node:fs';
import { basename } from 'node:path';

import { watchProcess, type ProcessIdentity, type WatchedProcess } from '../../native/hyperkit';
import type { DriverMachine, MachineState, StateEvent } from '../driver';
import { detailOf } from './endings';
import { endOf, processesOf, stateOf } from './process';
import { requireFolder } from './run-folder';
import type { RunFiles } from './run-files';

/** What happens to a machine from now on: its folder tells of a start and a pause, the kernel of an end. */
export async function watch(
  machine: DriverMachine,
  run: RunFiles,
  signal: AbortSignal,
): Promise<AsyncIterable<StateEvent>> {
  await requireFolder(machine, run);
  const changes = new Changes(run, signal);
  try {
    await changes.follow();
    return events(machine, run, changes, await stateOf(run));
  } catch (error) {
    changes.close();
    throw error;
  }
}

async function* events(
  { uuid }: DriverMachine,
  run: RunFiles,
  changes: Changes,
  first: MachineState,
): AsyncGenerator<StateEvent> {
  let last = first;
  try {
    while (await changes.next()) {
      await changes.follow();
      const state = await stateOf(run);
      if (state === last) continue;
      yield { uuid, state, detail: await detail(run, state, last) };
      last = state;
    }
  } finally {
    changes.close();
  }
}

async function detail(run: RunFiles, state: MachineState, last: MachineState): Promise<string> {
  if (state === 'Paused') return 'paused';
  if (state === 'Running') return last === 'Paused' ? 'resumed' : 'started';
  return detailOf(await endOf(run));
}

/** Whatever may have changed the state, from before the first look on. */
class Changes {
  readonly #run: RunFiles;
  readonly #signal: AbortSignal;
  readonly #folder: { close(): void };
  readonly #closed = new AbortController();
  readonly #followed = new Map<string, WatchedProcess>();
  #isNew = false;
  #wake: () => void = () => undefined;

  constructor(run: RunFiles, signal: AbortSignal) {
    this.#run = run;
    this.#signal = signal;
    // What the console prints may change its file at any moment, and is no news here.
    const telling = new Set([run.keeper, run.pidfile, run.paused].map((path) => basename(path)));
    this.#folder = watchFolder(run.folder, (_, name) => {
      if (name === null || telling.has(name)) this.#notice();
    }).on('error', this.#notice);
    signal.addEventListener('abort', this.#notice);
  }

  /** False: nobody wants to know any more. */
  async next(): Promise<boolean> {
    if (!this.#isNew && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#isNew = false;
    return !this.#signal.aborted;
  }

  /** The processes that there are now, unless they are followed already. */
  async follow(): Promise<void> {
    const { vm, keeper } = await processesOf(this.#run);
    for (const each of [vm, keeper]) if (each) await this.#followOne(each);
  }

  close(): void {
    this.#folder.close();
    this.#signal.removeEventListener('abort', this.#notice);
    this.#closed.abort();
    for (const each of this.#followed.values()) each.close();
  }

  async #followOne(identity: ProcessIdentity): Promise<void> {
    const key = `${identity.pid} ${identity.start}`;
    if (this.#followed.has(key)) return;
    const watched = await watchProcess(identity);
    this.#followed.set(key, watched);
    void this.#tellEnd(key, watched);
  }

  async #tellEnd(key: string, watched: WatchedProcess): Promise<void> {
    const exit = await watched.exit(this.#closed.signal).catch(() => undefined);
    if (exit === undefined) return;
    watched.close();
    this.#followed.delete(key);
    this.#notice();
  }

  readonly #notice = (): void => {
    this.#isNew = true;
    this.#wake();
  };
}
