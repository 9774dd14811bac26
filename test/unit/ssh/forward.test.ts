import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';

import type { HvError } from '../../../src/errors';
import { SshClient } from '../../../src/ssh/client';
import { forward, type TunnelEntry } from '../../../src/ssh/forward';
import { Relay } from './relay';
import { freePort, Sshd } from './sshd';

let sshd: Sshd;
let client: SshClient;
let echo: Server;
let port: number;

beforeAll(async () => {
  sshd = await Sshd.start();
  client = await SshClient.connect(sshd.target);
  echo = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => undefined).pipe(socket));
  await once(echo.listen(0, '127.0.0.1'), 'listening');
  port = (echo.address() as AddressInfo).port;
});

afterAll(async () => {
  await client.end();
  echo.close();
  await sshd[Symbol.asyncDispose]();
});

test('many connections at once, each with its own bytes, to their end', async () => {
  await using tunnel = await forward(client, { to: { port } });
  const bytes = Array.from({ length: 8 }, (_, i) => Buffer.alloc(2_000_000, `${i}`));
  const answers = bytes.map(async (each) => {
    const socket = connect({ ...tunnel.from, host: '127.0.0.1', allowHalfOpen: true });
    socket.end(each);
    return await buffer(socket);
  });
  const all = await Promise.all(answers);
  expect(all.every((answer, i) => answer.equals(bytes[i] as Buffer))).toBe(true);
});

test('a socket of this host that others may not open, to one of the machine', async () => {
  const far = join(sshd.home, 'far');
  const server = createServer((socket) => socket.end('from afar'));
  await once(server.listen({ path: far, writableAll: true }), 'listening');
  const path = join(sshd.folder, 'near');
  const tunnel = await forward(client, { from: { path }, to: { path: far } });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await text(connect(path))).toBe('from afar');
  await tunnel.close();
  expect(existsSync(path)).toBe(false);
  server.close();
});

test('where nothing listens in the machine, the connection is closed and the reason told; the tunnel stays', async () => {
  const nobody = await freePort();
  const errors: HvError[] = [];
  await using tunnel = await forward(client, { to: { port: nobody }, onError: (error) => errors.push(error) });
  for (let i = 0; i < 2; i++) {
    const socket = connect({ ...tunnel.from, host: '127.0.0.1' });
    await expect(text(socket)).rejects.toMatchObject({ code: 'ECONNRESET' });
  }
  expect(errors.map(({ code }) => code)).toEqual(['ERR_SSH_FORWARD', 'ERR_SSH_FORWARD']);
});

test.each<[string, () => TunnelEntry]>([
  ['a port', () => ({ port })],
  [
    'a path',
    () => {
      const path = join(sshd.folder, 'file');
      writeFileSync(path, '');
      return { path };
    },
  ],
])('%s that is taken is told, and left as it is', async (_what, from) => {
  await expect(forward(client, { from: from(), to: { port } })).rejects.toMatchObject({
    code: 'ERR_SSH_FORWARD',
    message: expect.stringContaining('EADDRINUSE') as string,
  });
});

test('ends with the ssh connection, and says why', async () => {
  await using relay = await Relay.to(sshd.port);
  const other = await SshClient.connect({ ...sshd.target, port: relay.port });
  const tunnel = await forward(other, { to: { port } });
  const socket = connect({ ...tunnel.from, host: '127.0.0.1' }).on('error', () => undefined);
  socket.write('hello');
  await once(socket, 'data');
  const closed = once(socket, 'close');
  relay.cut();
  expect(await tunnel.closed).toMatchObject({ code: 'ERR_SSH_LOST' });
  await closed;
  await expect(forward(other, { to: { port } })).rejects.toMatchObject({ code: 'ERR_SSH_LOST' });
});

test('an abort while it begins ends it as well', async () => {
  const abort = new AbortController();
  const from = { port: await freePort() };
  const begun = forward(client, { from, to: { port }, signal: abort.signal });
  abort.abort();
  await expect(begun).rejects.toMatchObject({ code: 'ABORT_ERR' });
  await expect(once(connect(from.port, '127.0.0.1'), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('an abort closes it, with what goes through it', async () => {
  const abort = new AbortController();
  const tunnel = await forward(client, { to: { port }, signal: abort.signal });
  const socket = connect({ ...tunnel.from, host: '127.0.0.1' }).on('error', () => undefined);
  socket.write('hello');
  await once(socket, 'data');
  abort.abort();
  expect(await tunnel.closed).toBeUndefined();
  if (!socket.closed) await once(socket, 'close');
  await expect(forward(client, { to: { port }, signal: abort.signal })).rejects.toMatchObject({ code: 'ABORT_ERR' });
});
