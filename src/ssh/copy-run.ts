import { HvError } from '../errors';
import { aborted } from './failure';
import { pump } from './pump';
import { reasonOf } from './remote-side';
import { PERMISSIONS, type Side, type Stat } from './side';

export interface CopyOptions {
  signal?: AbortSignal | undefined;
  /** Folders too, and all that is in them. */
  recursive?: boolean | undefined;
  /** `done` and `total` in bytes, of this file. */
  onProgress?: ((file: string, done: number, total: number) => void) | undefined;
}

/** That are copied at once: small ones are nothing but waiting for answers. */
const FILES = 8;
/** How long a server that was told to stop may be silent. */
const GRACE = 2_000;
/** Of the files that could not be copied, in the message. */
const NAMED = 5;
const PROGRESS_MS = 100;
/** The disk is full, here: with that, no other file will do better. */
const HOPELESS = ['ENOSPC', 'EDQUOT', 'EROFS'];

/** One copy: it goes on with the other files where one fails, and says in the end which did. @internal */
export class CopyRun {
  readonly #from: Side;
  readonly #to: Side;
  readonly #options: CopyOptions;
  readonly #failures: HvError[] = [];

  constructor(from: Side, to: Side, options: CopyOptions) {
    this.#from = from;
    this.#to = to;
    this.#options = options;
  }

  /** Ends soon after an abort, even if a machine answers no more. */
  async during(work: () => Promise<void>): Promise<void> {
    const { signal } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      timer = setTimeout(() => {
        for (const side of [this.#from, this.#to]) side.giveUp(this.#aborted());
      }, GRACE);
    };
    signal?.addEventListener('abort', onAbort);
    try {
      this.#check();
      await work();
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
    const [first] = this.#failures;
    if (first && this.#failures.length === 1) throw first;
    if (first) throw several(this.#failures);
  }

  /** What fails while `work` is done, as an error that says where. */
  async tell<T>(side: Side, path: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (HvError.is(error)) throw error;
      const use = side === this.#from ? 'read' : 'write';
      throw failed(side.describe(path), error as Error, side.adviceOn(error, path, use));
    }
  }

  async copy(source: string, target: string): Promise<void> {
    const found = await this.tell(this.#from, source, this.#from.stat(source));
    await this.#entry({ source, target, found, above: [] });
  }

  async #entry(entry: Entry): Promise<void> {
    const { source, target, found } = entry;
    this.#check();
    const place = this.#from.describe(source);
    if (!found) throw failed(place, new Error('a link that leads nowhere'));
    if (found.kind === 'other') throw failed(place, new Error('neither a file nor a folder'));
    if (found.kind === 'folder') await this.#folder({ ...entry, found });
    else await this.#file(source, target, found);
  }

  async #folder({ source, target, found, above }: Entry & { found: Stat }): Promise<void> {
    const from = this.#from;
    const to = this.#to;
    const place = from.describe(source);
    const real = await this.tell(from, source, from.resolve(source));
    if (above.includes(real)) throw failed(place, new Error('a link to a folder that it is in'));
    const names = await this.tell(from, source, from.list(source));
    const isNew = await this.tell(to, target, this.#prepare(target, above.length > 0));
    const folders: Entry[] = [];
    const below = [...above, real];

    await inParallel(
      names.filter((name) => name !== '.' && name !== '..'),
      async (name) => {
        if (name === '' || /[/\0]/.test(name)) {
          throw new HvError({
            code: 'ERR_SSH_FILE_NAME',
            message: `The other side lists a file in ${place} that no folder can hold: ${JSON.stringify(name)}. Nothing more is copied`,
            hint: 'That is no ordinary sftp server: do not trust what was copied from it.',
          });
        }
        const entry = { source: `${slashed(source)}${name}`, target: `${slashed(target)}${name}`, above: below };
        await this.#orGoOn(async () => {
          this.#check();
          const found = await this.tell(from, entry.source, from.stat(entry.source));
          if (found?.kind === 'folder') folders.push({ ...entry, found });
          else await this.#entry({ ...entry, found });
        });
      },
    );
    for (const folder of folders) await this.#orGoOn(() => this.#entry(folder));
    // Last: it may be one that nothing can be written to.
    if (isNew) await this.tell(to, target, to.setMode(target, found.mode & PERMISSIONS));
  }

  /** Whether the folder was made. A link below the target may lead anywhere, so it is not followed. */
  async #prepare(target: string, isBelow: boolean): Promise<boolean> {
    const there = await this.#to.stat(target);
    if (there && there.kind !== 'folder') throw new Error('there is something that is no folder');
    if (isBelow && (await this.#to.isLink(target))) throw new Error('there is a link in the place of a folder');
    if (there) return false;
    await this.#to.makeFolder(target);
    return true;
  }

  async #file(source: string, target: string, { size, mode }: Stat): Promise<void> {
    const { onProgress } = this.#options;
    const place = this.#from.describe(source);
    let done = 0;
    let shown = performance.now();
    const onBytes = (count: number): void => {
      done += count;
      if (onProgress && performance.now() - shown >= PROGRESS_MS) {
        shown = performance.now();
        onProgress(place, done, Math.max(size, done));
      }
    };
    const from = await this.tell(this.#from, source, this.#from.openSource(source));
    try {
      const to = await this.tell(this.#to, target, this.#to.openSink(target));
      try {
        const check = (): void => {
          this.#check();
        };
        await pump(from, to, { size, check, onBytes });
      } catch (error) {
        await discarded(to.discard());
        // Of the two it does not say which.
        throw HvError.is(error) ? error : failed(`${place} to ${this.#to.describe(target)}`, error as Error);
      }
      await this.tell(this.#to, target, to.commit(mode & PERMISSIONS));
    } finally {
      await discarded(from.close());
    }
    onProgress?.(place, done, done);
  }

  /** One file that fails is no reason to leave out the others; one that means the end of all is. */
  async #orGoOn(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const cause = (error as HvError).cause as NodeJS.ErrnoException | undefined;
      if (!HvError.is(error) || error.code !== 'ERR_SSH_COPY' || HOPELESS.includes(cause?.code ?? '')) throw error;
      this.#failures.push(error);
    }
  }

  #check(): void {
    if (this.#options.signal?.aborted) throw this.#aborted();
  }

  #aborted(): HvError {
    return aborted('The copy', this.#options.signal ?? AbortSignal.abort());
  }
}

interface Entry {
  source: string;
  target: string;
  found: Stat | undefined;
  /** The folders that it is in, without links. */
  above: readonly string[];
}

function slashed(folder: string): string {
  return folder.endsWith('/') ? folder : `${folder}/`;
}

/** What is thrown already is why this was needed: that it did not work either changes nothing. */
async function discarded(work: Promise<void>): Promise<void> {
  await Promise.allSettled([work]);
}

async function inParallel(names: readonly string[], work: (name: string) => Promise<void>): Promise<void> {
  const left = names.values();
  let stopped = false;
  const outcomes = await Promise.allSettled(
    Array.from({ length: Math.min(FILES, names.length) }, async () => {
      for (const name of left) {
        if (stopped) return;
        try {
          await work(name);
        } catch (error) {
          stopped = true;
          throw error;
        }
      }
    }),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

function failed(place: string, cause: Error, hint?: string): HvError {
  return new HvError({ code: 'ERR_SSH_COPY', message: `Copying ${place}: ${reasonOf(cause)}`, hint, cause });
}

function several(failures: readonly HvError[]): HvError {
  const named = failures.slice(0, NAMED).map(({ message }) => `\n  ${message}`);
  const more = failures.length - named.length;
  return new HvError({
    code: 'ERR_SSH_COPY',
    message: `${failures.length} files or folders were not copied:${named.join('')}${more > 0 ? `\n  and ${more} more` : ''}`,
    hint: failures.find(({ hint }) => hint !== undefined)?.hint,
    cause: new AggregateError(failures),
  });
}
