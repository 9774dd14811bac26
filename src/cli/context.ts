import type { Readable, Writable } from 'node:stream';

import type { DriverDefinition, GivenCertificates, Hvkit } from '../index';
import { asTyped, FACES, type Face, type FaceName } from './face';
import { describe, statusOf } from './report';

export type Input = Readable & { isTTY?: boolean; setRawMode?(on: boolean): unknown };
export type Output = Writable & { isTTY?: boolean; columns?: number };

/** What the command line is run with; a program that runs it as a function may hand it each of these. */
export interface RunOptions {
  /** The program that it is to be; hvkit, unless told. */
  face?: FaceName;
  /** In place of those that come with hvkit. */
  drivers?: readonly DriverDefinition[];
  home?: string;
  env?: NodeJS.ProcessEnv;
  stdin?: Input;
  stdout?: Output;
  stderr?: Output;
}

/** The options that every command takes. */
export interface Globals {
  debug?: boolean;
  storagePath?: string;
  nativeSsh?: boolean;
  tlsCaCert?: string;
  tlsCaKey?: string;
  tlsClientCert?: string;
  tlsClientKey?: string;
}

/** Somebody who draws work under way: other lines are written above it. */
export interface Screen {
  above(write: () => void): void;
}

/** What a command deals with: the streams, the environment, the library, and its own exit status. */
export class Context {
  readonly face: Face;
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Undefined where no command is run: where one is only described. */
  argv: readonly string[] | undefined;
  globals: Globals = {};
  /** The one that was given, as far as there is one of this name. */
  command: string | undefined;
  screen: Screen | undefined;
  status = 0;

  /** Resolves when the command is left where it stands: whoever reads is gone, or the user will wait no longer. */
  readonly left: Promise<number>;
  readonly #leave: (status: number) => void;
  readonly #readerGone = new AbortController();
  readonly #options: RunOptions;
  readonly #told = new Set<string>();
  #hvkit: Hvkit | undefined;

  constructor(options: RunOptions) {
    this.#options = options;
    this.face = FACES[options.face ?? 'hvkit'];
    this.env = options.env ?? process.env;
    this.stdout = options.stdout ?? process.stdout;
    this.stderr = options.stderr ?? process.stderr;
    let leave: (status: number) => void = () => undefined;
    this.left = new Promise((resolve) => {
      leave = resolve;
    });
    this.#leave = leave;
  }

  /** Opened when it is asked for: few commands read, and Node takes milliseconds for it. */
  get stdin(): Input {
    return this.#options.stdin ?? process.stdin;
  }

  /** Aborts when nobody reads what the command prints: for those that do nothing but print. */
  get readerGone(): AbortSignal {
    return this.#readerGone.signal;
  }

  get debug(): boolean {
    return this.globals.debug ?? isOn(this.env['MACHINE_DEBUG']);
  }

  get nativeSsh(): boolean {
    return this.globals.nativeSsh ?? isOn(this.env['MACHINE_NATIVE_SSH']);
  }

  /** No terminal, or one that should be left as it is: lines, and nothing but lines. */
  get plain(): boolean {
    const { CI, NO_COLOR, TERM } = this.env;
    return this.stderr.isTTY !== true || isOn(CI) || (NO_COLOR ?? '') !== '' || TERM === 'dumb';
  }

  /** Loaded when it is asked for: help and completion do without. */
  get hvkit(): Hvkit {
    if (this.#hvkit === undefined) {
      const { Hvkit } = require('../index') as typeof import('../index');
      const home = this.globals.storagePath ?? this.#options.home;
      const { drivers } = this.#options;
      this.#hvkit = new Hvkit({
        ...(home !== undefined && { home }),
        ...(drivers !== undefined && { drivers }),
        env: this.env,
        certificates: this.#certificates,
        onWarning: (message) => {
          this.say(`Warning: ${message}`);
        },
      });
    }
    return this.#hvkit;
  }

  /** docker-machine's: files of a CA and of a client's certificate. Read late: the library is opened before all is parsed. */
  get #certificates(): GivenCertificates {
    const given = (flag: keyof Globals & `tls${string}`, variable: string): string | undefined =>
      this.globals[flag] ?? (this.env[variable] === '' ? undefined : this.env[variable]);
    return {
      get caCert() {
        return given('tlsCaCert', 'MACHINE_TLS_CA_CERT');
      },
      get caKey() {
        return given('tlsCaKey', 'MACHINE_TLS_CA_KEY');
      },
      get clientCert() {
        return given('tlsClientCert', 'MACHINE_TLS_CLIENT_CERT');
      },
      get clientKey() {
        return given('tlsClientKey', 'MACHINE_TLS_CLIENT_KEY');
      },
    };
  }

  /** What was asked for. */
  print(text: string): void {
    if (!this.readerGone.aborted) this.#write(this.stdout, text);
  }

  /** What was asked for, where it is told to people. */
  tell(text: string): void {
    this.print(asTyped(text, this.face));
  }

  /** What people should know besides. */
  say(text: string): void {
    this.#write(this.stderr, asTyped(text, this.face));
  }

  #write(stream: Output, text: string): void {
    const write = (): void => {
      stream.write(text.endsWith('\n') ? text : `${text}\n`);
    };
    if (this.screen === undefined) write();
    else this.screen.above(write);
  }

  /** Tells of a failure that does not end the command; once, if several machines fail in the same words. */
  failed(error: unknown, machine?: string): void {
    const text = describe(error, { debug: this.debug, command: this.command, machine });
    if (!this.#told.has(text)) this.say(text);
    this.#told.add(text);
    const status = statusOf(error, this.face);
    // Several failures of one kind are of that kind; otherwise the command has simply failed.
    this.status = this.status === 0 || this.status === status ? status : 1;
  }

  leave(status: number): void {
    this.#leave(status);
  }

  stopPrinting(): void {
    this.#readerGone.abort();
  }

  async close(): Promise<void> {
    await this.#hvkit?.close();
  }
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no'].includes(value.toLowerCase());
}
