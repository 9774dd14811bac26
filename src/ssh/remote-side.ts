import { randomBytes } from 'node:crypto';

import type { SFTPWrapper, Stats } from 'ssh2';

import { HvError } from '../errors';
import type { SshClient } from './client';
import { lost } from './failure';
import { quote } from './quote';
import { kindOf, nameUntilWhole, type Side, type Sink, type Source, type Stat } from './side';

type Done<T> = (error: Error | null | undefined, value: T) => void;

/** The answers of sftp, as numbers. */
const NO_SUCH_FILE = 2;
const PERMISSION_DENIED = 3;
const FAILURE = 4;

/** A machine, by the sftp of its ssh server. @internal */
export class RemoteSide implements Side {
  readonly #client: SshClient;
  readonly #sftp: SFTPWrapper;
  readonly #waiting = new Set<(error: Error) => void>();
  #over: Error | undefined;

  static async open(client: SshClient): Promise<RemoteSide> {
    return await client.sessions.open(
      (over) =>
        new Promise<RemoteSide>((resolve, reject) => {
          const refused = (error: Error): void => {
            reject(client.failure ?? noSftp(error));
          };
          try {
            client.connection.sftp((error, sftp) => {
              if (error) {
                refused(error);
                return;
              }
              sftp.once('close', over);
              resolve(new RemoteSide(client, sftp));
            });
          } catch (error) {
            refused(error as Error);
          }
        }),
      { repeatable: true },
    );
  }

  private constructor(client: SshClient, sftp: SFTPWrapper) {
    this.#client = client;
    this.#sftp = sftp;
    // ssh2 answers nothing that is under way when a session ends, and for what makes no sense it has an event.
    sftp.on('error', (error: Error) => {
      this.giveUp(lost(client.target, error));
    });
    sftp.on('close', () => {
      this.giveUp(client.failure ?? lost(client.target, undefined));
    });
    void client.closed.then((error) => {
      this.giveUp(error ?? lost(client.target, undefined));
    });
  }

  describe(path: string): string {
    const { user, host, port } = this.#client.target;
    return `${user}@${host.includes(':') ? `[${host}]` : host}${port === 22 ? '' : `:${port}`}:${path}`;
  }

  adviceOn(error: unknown, path: string, use: 'read' | 'write'): string | undefined {
    if ((error as { code?: unknown }).code !== PERMISSION_DENIED) return undefined;
    const way =
      use === 'read' ? `hvkit exec NAME sudo cat ${quote(path)} > FILE` : `copy to /tmp, then hvkit exec NAME sudo mv`;
    return `The machine's user ${this.#client.target.user} may not ${use} there, and a copy has no sudo: ${way}`;
  }

  expand(path: string): Promise<string> {
    if (path === '' || path === '~') return Promise.resolve('.');
    // The session begins in the user's home.
    if (path.startsWith('~/')) return Promise.resolve(`./${path.slice(2)}`);
    if (!path.startsWith('~')) return Promise.resolve(path);
    const error = new HvError({
      code: 'ERR_SSH_COPY',
      message: `${path}: only the home of ${this.#client.target.user} is known by ~`,
      hint: `The whole path; for a file whose name begins so, ./${path}.`,
    });
    return Promise.reject(error);
  }

  resolve(path: string): Promise<string> {
    return this.#ask((done: Done<string>) => {
      this.#sftp.realpath(path, done);
    });
  }

  async stat(path: string): Promise<Stat | undefined> {
    const found = await ifThere(
      this.#ask((done: Done<Stats>) => {
        this.#sftp.stat(path, done);
      }),
    );
    return found && { kind: kindOf(found), mode: found.mode, size: found.size };
  }

  async isLink(path: string): Promise<boolean> {
    const found = await ifThere(
      this.#ask((done: Done<Stats>) => {
        this.#sftp.lstat(path, done);
      }),
    );
    return found?.isSymbolicLink() ?? false;
  }

  async list(folder: string): Promise<string[]> {
    const entries = await this.#ask((done: Done<{ filename: string }[]>) => {
      this.#sftp.readdir(folder, done);
    });
    return entries.map(({ filename }) => filename);
  }

  async openSource(path: string): Promise<Source> {
    const handle = await this.#open(path, 'r');
    return {
      read: (buffer, position) =>
        this.#ask((done: Done<number>) => {
          this.#sftp.read(handle, buffer, 0, buffer.length, position, done);
        }),
      close: () => this.#close(handle),
    };
  }

  async openSink(path: string): Promise<Sink> {
    const temporary = nameUntilWhole(path, randomBytes(6).toString('hex'));
    const handle = await this.#open(temporary, 'wx');
    const discard = async (): Promise<void> => {
      try {
        await this.#close(handle);
      } finally {
        await this.#remove(temporary);
      }
    };
    return {
      write: (bytes, position) =>
        this.#ask((done: Done<void>) => {
          this.#sftp.write(handle, bytes, 0, bytes.length, position, done);
        }),
      commit: async (mode) => {
        try {
          await this.#ask((done: Done<void>) => {
            this.#sftp.fchmod(handle, mode, done);
          });
        } catch (error) {
          await discard().catch(() => undefined);
          throw error;
        }
        try {
          // That what was written does not fit, some file systems say only now.
          await this.#close(handle);
        } catch (error) {
          await this.#leave(temporary);
          throw error;
        }
        await this.#rename(temporary, path);
      },
      discard,
    };
  }

  async makeFolder(path: string): Promise<void> {
    await this.#ask((done: Done<void>) => {
      this.#sftp.mkdir(path, { mode: 0o700 }, done as () => void);
    });
  }

  async setMode(path: string, mode: number): Promise<void> {
    await this.#ask((done: Done<void>) => {
      this.#sftp.chmod(path, mode, done);
    });
  }

  giveUp(error: Error): void {
    this.#over ??= error;
    for (const reject of this.#waiting) reject(this.#over);
    this.#waiting.clear();
  }

  close(): Promise<void> {
    this.#sftp.end();
    return Promise.resolve();
  }

  /** One question to the server, that ends also when there will be no answer. */
  #ask<T>(question: (done: Done<T>) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#over) throw this.#over;
      this.#waiting.add(reject);
      question((error, value) => {
        this.#waiting.delete(reject);
        if (!error) {
          resolve(value);
          return;
        }
        // What is no status of sftp is an answer that makes no sense, or the end of the session.
        if (typeof (error as { code?: unknown }).code !== 'number') {
          this.giveUp(this.#client.failure ?? lost(this.#client.target, error));
        }
        reject(this.#over ?? error);
      });
    });
  }

  #open(path: string, how: 'r' | 'wx'): Promise<Buffer> {
    return this.#ask((done: Done<Buffer>) => {
      this.#sftp.open(path, how, how === 'r' ? {} : { mode: 0o600 }, done);
    });
  }

  #close(handle: Buffer): Promise<void> {
    return this.#ask((done: Done<void>) => {
      this.#sftp.close(handle, done);
    });
  }

  #remove(path: string): Promise<void> {
    return this.#ask((done: Done<void>) => {
      this.#sftp.unlink(path, done);
    });
  }

  /** sftp's own rename replaces nothing; OpenSSH's does, and nobody sees the name without a file. */
  async #rename(from: string, to: string): Promise<void> {
    try {
      if (this.#canReplace) {
        await this.#ask((done: Done<void>) => {
          this.#sftp.ext_openssh_rename(from, to, done);
        });
        return;
      }
      if ((await this.stat(to)) !== undefined) await this.#remove(to);
      await this.#ask((done: Done<void>) => {
        this.#sftp.rename(from, to, done);
      });
    } catch (error) {
      await this.#leave(from);
      throw error;
    }
  }

  /** Of what failed already: that it cannot be taken away either is not what counts. */
  async #leave(path: string): Promise<void> {
    await this.#remove(path).catch(() => undefined);
  }

  get #canReplace(): boolean {
    const { _extensions: extensions } = this.#sftp as SFTPWrapper & { _extensions?: Readonly<Record<string, string>> };
    return extensions?.['posix-rename@openssh.com'] === '1';
  }
}

async function ifThere(looked: Promise<Stats>): Promise<Stats | undefined> {
  try {
    return await looked;
  } catch (error) {
    if ((error as { code?: unknown }).code === NO_SUCH_FILE) return undefined;
    throw error;
  }
}

/** What sftp says of a failure, in words that say something. @internal */
export function reasonOf(error: Error): string {
  const code = (error as { code?: unknown }).code;
  if (code === FAILURE) {
    return "the machine's sftp server says no more than that it failed: is a disk full, or a folder in the way?";
  }
  return error.message;
}

/** With the server's reason, if it opened no session: Sessions asks for it. */
function noSftp(cause: Error & { reason?: unknown }): HvError {
  const error = new HvError({
    code: 'ERR_SSH_SFTP',
    message: `The machine's ssh server copies no files: ${cause.message}`,
    hint: 'It has no sftp: install openssh-sftp-server in the machine.',
    cause,
  });
  return cause.reason === undefined ? error : Object.assign(error, { reason: cause.reason });
}
