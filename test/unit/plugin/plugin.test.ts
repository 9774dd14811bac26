import { chmodSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';

import { Decoder } from '../../../src/drivers/plugin/gob/decoder';
import { Encoder } from '../../../src/drivers/plugin/gob/encoder';
import type { GobType, GobValue } from '../../../src/drivers/plugin/gob/value';
import { PATIENCE, type Patience } from '../../../src/drivers/plugin/patience';
import { Plugin } from '../../../src/drivers/plugin/plugin';
import { RpcClient } from '../../../src/drivers/plugin/rpc';
import { Folder } from '../../support/folder';

const GREETING = 'HTTP/1.0 200 Connected to Go RPC\n\n';
const RESPONSE: GobType = {
  struct: 'Response',
  fields: [
    ['ServiceMethod', 'string'],
    ['Seq', 'uint'],
    ['Error', 'string'],
  ],
};

/** A program that is `lines` of a shell, started as a driver's. */
async function start(lines: string, patience: Partial<Patience> = {}): Promise<Plugin> {
  using folder = new Folder();
  const file = join(folder.path, 'docker-machine-driver-odd');
  writeFileSync(file, `#!/bin/sh\n${lines}\n`);
  chmodSync(file, 0o755);
  return await Plugin.start({ name: 'odd', file, env: process.env }, { ...PATIENCE, ...patience });
}

/** The program listens, so to say, with the test behind it. */
async function startBefore(serve: (socket: Socket) => void, patience: Partial<Patience> = {}): Promise<Plugin> {
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await start(`echo 127.0.0.1:${port}; echo lost in the woods >&2; exec sleep 60`, patience);
  } finally {
    server.close();
  }
}

/** Undefined as an answer: none comes. */
type Answers = Readonly<Record<string, readonly [GobType, GobValue] | undefined>>;

function answering(answers: Answers): (socket: Socket) => void {
  return (socket) => {
    socket.on('error', () => undefined);
    void answer(socket, answers);
  };
}

async function answer(socket: Socket, answers: Answers): Promise<void> {
  await once(socket, 'readable');
  socket.read();
  socket.write(GREETING);
  const encoder = new Encoder();
  const decoder = new Decoder(socket);
  for (;;) {
    const request = (await decoder.next()) as { ServiceMethod: string; Seq: number } | undefined;
    if (request === undefined) return;
    await decoder.next();
    const { ServiceMethod, Seq } = request;
    const known = answers[ServiceMethod.replace(/^.*\./, '')];
    if (known === undefined) continue;
    socket.write(encoder.encode([RESPONSE, { ServiceMethod, Seq }], known));
  }
}

describe('a program that is no driver is told as that', () => {
  test.each([
    ['says nothing', 'exec sleep 60', /did not say within 1\.0 s where it listens/],
    ['ends', 'echo no such cloud >&2; exit 3', /it ended with status 3\n {2}no such cloud/],
    ['is killed', 'kill -9 $$', /it ended with SIGKILL/],
    ['says something else', 'echo hello; exec sleep 60', /it says "hello", and not where it listens/],
    ['listens elsewhere', 'echo 10.1.2.3:80; exec sleep 60', /it says "10\.1\.2\.3:80"/],
    ['has no port', 'echo 127.0.0.1:99999; exec sleep 60', /it says "127\.0\.0\.1:99999"/],
  ])('it %s', async (_, lines, words) => {
    await expect(start(lines, { start: 1000 })).rejects.toMatchObject({
      code: 'ERR_PLUGIN_START',
      message: expect.stringMatching(words) as string,
    });
  });

  test('it is not there', async () => {
    const program = { name: 'odd', file: '/nowhere/docker-machine-driver-odd', env: process.env };
    await expect(Plugin.start(program, PATIENCE)).rejects.toMatchObject({
      code: 'ERR_PLUGIN_START',
      message: expect.stringContaining('ENOENT') as string,
    });
  });

  test('nobody listens', async () => {
    await expect(start('echo 127.0.0.1:1; exec sleep 60')).rejects.toMatchObject({ code: 'ERR_PLUGIN_LOST' });
  });

  test.each([
    ['greets otherwise', 'HTTP/1.0 404 Not Found\r\n\r\n', 'ERR_PLUGIN_PROTOCOL'],
    ['greets without an end', 'x'.repeat(5000), 'ERR_PLUGIN_PROTOCOL'],
    ['greets, and says what is no gob', `${GREETING}\x01\x00`, 'ERR_PLUGIN_PROTOCOL'],
    ['hangs up', undefined, 'ERR_PLUGIN_LOST'],
    ['never greets', '', 'ERR_PLUGIN_TIMEOUT'],
    ['greets and is silent', GREETING, 'ERR_PLUGIN_TIMEOUT'],
  ])('it %s', async (_, says, code) => {
    const serve = (socket: Socket): void => {
      socket.on('error', () => undefined).resume();
      if (says === undefined) socket.end();
      else socket.write(says);
    };
    await expect(startBefore(serve, { start: 1000 })).rejects.toMatchObject({ code });
  });

  test('it speaks a version that hvkit does not know', async () => {
    await expect(startBefore(answering({ GetVersion: ['int', 2] }))).rejects.toMatchObject({
      code: 'ERR_PLUGIN_VERSION',
      message: expect.stringContaining('version 2') as string,
    });
  });

  test('who waits for it can give up', async () => {
    using folder = new Folder();
    const file = join(folder.path, 'silent');
    writeFileSync(file, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
    const patience = new AbortController();
    const started = Plugin.start({ name: 'odd', file, env: process.env }, PATIENCE, patience.signal);
    patience.abort(new Error('enough'));
    await expect(started).rejects.toThrow('enough');
  });
});

test('who gives up while it is called is told, and nobody else', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const patience = new AbortController();
  const connected = RpcClient.connect({ host: '127.0.0.1', port }, { timeoutMs: 10_000, signal: patience.signal });
  // Before anything can have come of it.
  setImmediate(() => {
    patience.abort(new Error('enough'));
  });
  await expect(connected).rejects.toThrow('enough');
  server.close();
});

test('one whose heart stops is given up, with what it said last', async () => {
  const patience = { heartbeat: 50, heart: 500 };
  const plugin = await startBefore(answering({ GetVersion: ['int', 1], Heartbeat: undefined }), patience);
  await expect(plugin.work('Create')).rejects.toMatchObject({
    code: 'ERR_PLUGIN_TIMEOUT',
    message: 'The driver "odd" runs, and does not answer\n  lost in the woods',
  });
  expect(plugin.isUsable).toBe(false);
  await expect(plugin.work('Remove')).rejects.toMatchObject({ code: 'ERR_PLUGIN_TIMEOUT' });
  await plugin.close();
});

test('what takes too long is given up, and something else can be asked for', async () => {
  const answers: Answers = { GetVersion: ['int', 1], Heartbeat: ['int', 0], GetIP: ['string', '127.0.0.1'] };
  const plugin = await startBefore(answering(answers), { work: 200 });
  await expect(plugin.work('Create')).rejects.toMatchObject({
    code: 'ERR_PLUGIN_TIMEOUT',
    message: expect.stringContaining('Create of the driver "odd" did not end within 0.2 s') as string,
  });
  await expect(plugin.text('GetIP')).resolves.toBe('127.0.0.1');
  await plugin.close();
});
