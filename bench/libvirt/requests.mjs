import { createServer, connect as connectSocket } from 'node:net';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { digits, plural } from '../harness/format.mjs';
import { withContenders } from '../harness/contender.mjs';
import { C_LOOP, contenders, HVKIT, PY_LOOP, VIRSH } from './contenders.mjs';
import { SIZES } from './calls.mjs';
import { atDaemon } from './domains.mjs';

const SOCKET = '/run/libvirt/libvirt-sock';
const VERBS = ['state', 'lookup', 'list', 'states'];
const TIMES = 10;

/** `{size: {verb: {label: requests of one}}}`, counted on the socket. */
export async function countRequests(bench) {
  const all = {};
  for (const size of SIZES) {
    const part = `requests, ${plural(size, 'domain')}`;
    if (!bench.wants(part)) continue;
    bench.note(part);
    const { domain } = await atDaemon(bench, size);
    const meter = await Meter.listen(join(bench.folder, 'meter.sock'));
    const possible = contenders(bench, { uri: meter.uri, domain }).filter(
      ({ label }) => ![C_LOOP, PY_LOOP, VIRSH].includes(label),
    );
    all[size] = Object.fromEntries(VERBS.map((verb) => [verb, {}]));
    // One at a time: they share the meter.
    for (const definition of possible) {
      await withContenders([definition], async ([contender]) => {
        for (const verb of VERBS) {
          const before = meter.requests;
          await contender.ask(verb, TIMES);
          all[size][verb][contender.label] = (meter.requests - before) / TIMES;
        }
      });
    }
    await meter.close();
  }
  return all;
}

/** A socket in front of the daemon's that counts what clients ask. */
class Meter {
  requests = 0;
  #server = createServer((client) => this.#relay(client));
  #path;

  static async listen(path) {
    const meter = new Meter();
    meter.#path = path;
    rmSync(path, { force: true });
    await new Promise((resolve, reject) => {
      meter.#server.on('error', reject);
      meter.#server.listen(path, resolve);
    });
    return meter;
  }

  get uri() {
    return `qemu+unix:///system?socket=${this.#path}`;
  }

  close() {
    return new Promise((resolve) => this.#server.close(resolve));
  }

  #relay(client) {
    const daemon = connectSocket(SOCKET);
    const messages = new Messages((message) => {
      if (isRequest(message)) ++this.requests;
    });
    client.on('data', (bytes) => messages.push(bytes));
    client.pipe(daemon).pipe(client);
    // One side that ends takes the other with it.
    for (const [from, to] of [
      [client, daemon],
      [daemon, client],
    ]) {
      from.on('error', () => to.destroy());
    }
  }
}

/** Cuts a stream of bytes into libvirt's messages: each begins with its length, 32 bits, these included. */
class Messages {
  #rest = Buffer.alloc(0);
  #onMessage;

  constructor(onMessage) {
    this.#onMessage = onMessage;
  }

  push(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 4 && this.#rest.length >= this.#rest.readUInt32BE()) {
      const length = this.#rest.readUInt32BE();
      this.#onMessage(this.#rest.subarray(0, length));
      this.#rest = this.#rest.subarray(length);
    }
  }
}

/** length, program, version, procedure, type, ... A call of the program for domains, not of the one for keepalive. */
function isRequest(message) {
  const REMOTE_PROGRAM = 0x20008086;
  const CALL = 0;
  return message.readUInt32BE(4) === REMOTE_PROGRAM && message.readUInt32BE(16) === CALL;
}

export function requestSections(requests) {
  const sizes = Object.keys(requests);
  if (sizes.length === 0) return [];
  const labels = Object.keys(requests[sizes[0]].list);
  return [
    {
      heading: 'Requests to the daemon',
      text:
        'Counted by a socket that stands between the contender and the daemon and reads the messages that pass ' +
        `through: the calls of one operation, with ${sizes.map((size) => plural(Number(size), 'domain')).join(' / ')}.`,
      tables: [
        {
          header: ['', ...VERBS],
          rows: labels.map((label) => [
            label,
            ...VERBS.map((verb) => sizes.map((size) => count(requests[size][verb][label])).join(' / ')),
          ]),
        },
      ],
    },
  ];
}

function count(number) {
  return Number.isInteger(number) ? String(number) : digits(number);
}

export function requestAims(requests) {
  const lists = Object.values(requests).map(({ list }) => list[HVKIT]);
  if (lists.length === 0) return [];
  return [
    {
      aim: 'A list of any length: one request',
      measured: `${lists.join(', ')} for ${Object.keys(requests).join(', ')} domains`,
      met: lists.every((number) => number === 1),
    },
  ];
}
