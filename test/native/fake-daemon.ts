import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

import type { Connection } from '../../src/native/libvirt';

/** Numbers of libvirt's remote protocol. */
export const Procedure = {
  OPEN: 1,
  CLOSE: 2,
  LOOKUP_BY_NAME: 23,
  GET_HOSTNAME: 59,
  SUPPORTS_FEATURE: 60,
  AUTH_LIST: 66,
  EVENT_LIFECYCLE: 107,
  EVENT_REGISTER_ANY: 167,
  EVENT_DEREGISTER_ANY: 168,
  OPEN_CONSOLE: 201,
  EVENT_RTC_CHANGE: 170,
  EVENT_GRAPHICS: 173,
  GET_STATE: 212,
  EVENT_BLOCK_JOB: 241,
  EVENT_DISK_CHANGE: 248,
  EVENT_TRAY_CHANGE: 268,
  EVENT_PMWAKEUP: 269,
  EVENT_PMSUSPEND: 270,
  EVENT_PMSUSPEND_DISK: 292,
  EVENT_MIGRATION_ITERATION: 359,
  EVENT_DEVICE_REMOVAL_FAILED: 367,
  EVENT_MEMORY_DEVICE_SIZE_CHANGE: 438,
} as const;

const PROGRAM = 0x20008086;
const KEEP_ALIVE = { PROGRAM: 0x6b656570, PING: 1, PONG: 2, FEATURE: 10 };
const NUDGE_MS = 20;
const CALL = 0;
const REPLY = 1;
const MESSAGE = 2;
const STREAM = 3;
const HEADER = 28;

/** A call that waits for its answer. */
export interface PendingCall {
  procedure: number;
  readonly socket: Socket;
  answer(body?: Buffer): void;
}

/**
 * A daemon that answers when the test wants it to, or never: what the real one does at some moment cannot be arranged.
 * It speaks as much of the protocol as opens a connection; everything else waits in `pending`.
 */
export class FakeDaemon {
  /** Every call there was, by procedure. */
  readonly seen: number[] = [];
  pending: PendingCall[] = [];
  /** Procedures that wait for their answer although they would get it at once. */
  readonly held = new Set<number>();
  /** Keep-alive messages that have come. */
  pings = 0;
  /** Whether they are answered. */
  answersPings = true;

  readonly #folder = mkdtempSync(join(tmpdir(), 'hvkit-daemon-'));
  readonly #path = join(this.#folder, 'socket');
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #mute: boolean;
  readonly #nudging = new Set<NodeJS.Timeout>();
  #waiting: (() => void)[] = [];

  /** A mute daemon takes connections and says nothing at all. */
  private constructor({ mute }: { mute: boolean }) {
    this.#mute = mute;
    this.#server = createServer((socket) => {
      this.#accept(socket);
    });
  }

  static async start(options = { mute: false }): Promise<FakeDaemon> {
    const daemon = new FakeDaemon(options);
    daemon.#server.listen(daemon.#path);
    await once(daemon.#server, 'listening');
    return daemon;
  }

  get uri(): string {
    return `qemu+unix:///system?socket=${this.#path}`;
  }

  /** Resolves when so many calls wait for an answer. */
  async calls(count: number): Promise<PendingCall[]> {
    const nudging = setInterval(() => {
      this.#nudge();
    }, NUDGE_MS);
    this.#nudging.add(nudging);
    await this.#until(() => this.pending.length >= count);
    clearInterval(nudging);
    this.#nudging.delete(nudging);
    return this.pending;
  }

  /** The one that waits for an answer, which must be of this procedure. */
  async only(procedure: number): Promise<PendingCall> {
    const [call, ...others] = await this.calls(1);
    if (call?.procedure !== procedure || others.length > 0) {
      throw new Error(`${this.pending.map((each) => each.procedure).join(', ')} wait, and not ${procedure} alone`);
    }
    return call;
  }

  /** Resolves when a call of this procedure has come, answered or not. */
  async call(procedure: number): Promise<void> {
    await this.#until(() => this.seen.includes(procedure));
  }

  /** Resolves when so many keep-alive messages have come. */
  async pinged(count: number): Promise<void> {
    await this.#until(() => this.pings >= count);
  }

  /** Resolves when a client has connected. */
  async client(): Promise<void> {
    await this.#until(() => this.#sockets.size > 0);
  }

  /** Answers those that wait, and from now on at once. */
  answerAll(body: Buffer): void {
    for (const call of this.pending.splice(0)) call.answer(body);
    const later = (): void => {
      for (const call of this.pending.splice(0)) call.answer(body);
      this.#waiting.push(later);
    };
    later();
  }

  sendEvent(procedure: number, body: Buffer): void {
    for (const socket of this.#sockets) socket.write(eventOf(procedure, body));
  }

  /**
   * Wakes the thread of each client that waits for the socket. Before 10.2 libvirt can lose the wake-up of a second call
   * that is made while that thread is on its way to sleep ("rpc: fix race in waking up client event loop"): the call is
   * then not sent before the daemon says something. A real one answers the first; this one waits for the second. Only where
   * there is a first: a client that opens its connection does not outlive an event, which no daemon sends it by then.
   */
  #nudge(): void {
    const calls = this.pending.filter(({ procedure }) => !HANDSHAKE.has(procedure));
    // Of a kind that no test listens to. Nobody is told of it.
    const event = eventOf(Procedure.EVENT_RTC_CHANGE, Buffer.concat([domain('nobody'), int(0), int(0)]));
    for (const socket of new Set(calls.map((call) => call.socket))) socket.write(event);
  }

  /** Dies: every client's connection is cut. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    for (const nudging of this.#nudging) clearInterval(nudging);
    this.drop();
    this.#server.close();
    await once(this.#server, 'close');
    rmSync(this.#folder, { recursive: true });
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // A client that goes away in the middle of an answer is the test's doing.
    socket.on('error', () => socket.destroy());
    let received: Buffer = NOTHING;
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      while (received.length >= HEADER && received.length >= received.readUInt32BE(0)) {
        const length = received.readUInt32BE(0);
        if (!this.#mute) this.#receive(socket, received.subarray(0, length));
        received = received.subarray(length);
      }
    });
    this.#changed();
  }

  #receive(socket: Socket, message: Buffer): void {
    if (message.readUInt32BE(4) === KEEP_ALIVE.PROGRAM) {
      this.#receivePing(socket);
      return;
    }
    const procedure = message.readUInt32BE(12);
    const serial = message.readUInt32BE(20);
    const type = message.readUInt32BE(16);
    if (type !== CALL && type !== STREAM) return;
    this.seen.push(procedure);
    const answer = (body: Buffer = NOTHING): void => {
      socket.write(packet(procedure, type === CALL ? REPLY : STREAM, serial, body));
    };
    const asksForPings =
      procedure === Procedure.SUPPORTS_FEATURE && message.readUInt32BE(HEADER) === KEEP_ALIVE.FEATURE;
    const body = asksForPings ? int(1) : HANDSHAKE.get(procedure);
    if (body && !this.held.has(procedure)) {
      answer(body);
    } else {
      const call = {
        procedure,
        socket,
        answer: (result?: Buffer): void => {
          this.pending = this.pending.filter((other) => other !== call);
          answer(result);
        },
      };
      this.pending.push(call);
    }
    this.#changed();
  }

  #receivePing(socket: Socket): void {
    this.pings += 1;
    const pong = [HEADER, KEEP_ALIVE.PROGRAM, 1, KEEP_ALIVE.PONG, MESSAGE, 0, 0];
    if (this.answersPings) socket.write(Buffer.concat(pong.map(int)));
    this.#changed();
  }

  #changed(): void {
    for (const look of this.#waiting.splice(0)) look();
  }

  #until(reached: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (reached()) resolve();
        else this.#waiting.push(look);
      };
      look();
    });
  }
}

/** The console of a machine that it says it has. */
export async function openConsole(daemon: FakeDaemon, connection: Connection): Promise<Duplex> {
  const looking = connection.lookupDomainByName('dev');
  (await daemon.only(Procedure.LOOKUP_BY_NAME)).answer(domain('dev'));
  const opening = (await looking).openConsole();
  (await daemon.only(Procedure.OPEN_CONSOLE)).answer();
  return opening;
}

function eventOf(procedure: number, body: Buffer): Buffer {
  return packet(procedure, MESSAGE, 0, body);
}

// ---- XDR

export function int(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

export function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([int(bytes.length), bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

/** Text that may be missing: how much of it there is, and it. */
export function optional(value?: string): Buffer {
  return value === undefined ? int(0) : Buffer.concat([int(1), text(value)]);
}

export function long(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(value);
  return buffer;
}

export function domain(name: string): Buffer {
  return Buffer.concat([text(name), Buffer.alloc(16, 7), int(1)]);
}

const NOTHING: Buffer = Buffer.alloc(0);
const HANDSHAKE = new Map<number, Buffer>([
  [Procedure.AUTH_LIST, Buffer.concat([int(1), int(0)])],
  [Procedure.SUPPORTS_FEATURE, int(0)],
  [Procedure.OPEN, NOTHING],
  [Procedure.CLOSE, NOTHING],
  [Procedure.EVENT_REGISTER_ANY, NOTHING],
  [Procedure.EVENT_DEREGISTER_ANY, NOTHING],
]);

function packet(procedure: number, type: number, serial: number, body: Buffer): Buffer {
  const header = [HEADER + body.length, PROGRAM, 1, procedure, type, serial, 0];
  return Buffer.concat([...header.map(int), body]);
}
