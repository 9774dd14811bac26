import type { Readable, Writable } from 'node:stream';

import type { Terminal } from '../ssh/terminal';

export type { Terminal } from '../ssh/terminal';

export interface ExecOptions {
  signal?: AbortSignal;
  /** What the command reads. */
  input?: string | Uint8Array | Readable;
  /** Where its output goes as it comes; it then does not stand in the result. */
  stdout?: Writable;
  stderr?: Writable;
}

export interface ExecResult {
  /** Of a command that a signal ended: 128 + its number. */
  status: number;
  signal?: string;
  stdout: string;
  stderr: string;
}

export interface CopyOptions {
  signal?: AbortSignal;
  recursive?: boolean;
  /** Only what differs is sent, by rsync, which both sides need. It tells no progress, and one side is this host. */
  delta?: boolean;
  onProgress?: (file: string, done: number, total: number) => void;
}

export interface ShellOptions {
  /** Its words are one line for the user's shell, as with ssh. */
  command?: readonly string[];
  /** In its place, what the system's ssh takes behind the host's name, options first: `-N -L 8080:localhost:80`. */
  passed?: readonly string[];
  /** Not by the system's ssh. */
  native?: boolean;
  signal?: AbortSignal;
  /** In place of the process' own. */
  terminal?: Terminal;
}
