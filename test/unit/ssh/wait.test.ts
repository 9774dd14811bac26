import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { run } from '../../../src/ssh/exec';
import { type Attempt, waitForSsh } from '../../../src/ssh/wait';
import { freePort, Sshd } from './sshd';

const inOneMinute = (): number => Date.now() + 60_000;

/** As QEMU's forward: it takes each connection at once, and what becomes of it depends on the machine behind it. */
class Forward implements AsyncDisposable {
  /** Nobody answers in the machine; its system refuses; its sshd answers. */
  state: 'silent' | 'refusing' | { port: number } = 'silent';
  connections = 0;
  readonly #server = createServer((socket) => {
    this.connections += 1;
    this.#sockets.add(socket.on('error', () => undefined));
    if (this.state === 'refusing') {
      socket.resetAndDestroy();
    } else if (typeof this.state === 'object') {
      const through = connect(this.state.port, '127.0.0.1').on('error', () => socket.destroy());
      socket.pipe(through).pipe(socket);
    }
  });
  readonly #sockets = new Set<Socket>();

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

test('a server that is there is logged in to at the first attempt', async () => {
  await using sshd = await Sshd.start();
  const attempts: Attempt[] = [];
  await using client = await waitForSsh(sshd.target, {
    deadline: inOneMinute(),
    onAttempt: (each) => attempts.push(each),
  });
  expect(await run(client, 'echo hello')).toMatchObject({ stdout: Buffer.from('hello\n') });
  expect(attempts).toEqual([]);
});

test('a server that comes later is found soon after, and it was not hammered', async () => {
  await using sshd = await Sshd.start();
  const port = await freePort();
  const attempts: Attempt[] = [];
  const waiting = waitForSsh(
    { ...sshd.target, port },
    { deadline: inOneMinute(), onAttempt: (each) => attempts.push(each) },
  );
  await sleep(2_000);
  const before = attempts.length;
  await using later = await Sshd.start({ port, folder: sshd.folder });
  const listening = performance.now();
  await using client = await waiting;
  expect(client.target.port).toBe(later.port);
  expect(performance.now() - listening).toBeLessThan(2_000);
  expect(attempts[0]).toMatchObject({ number: 1, error: { code: 'ERR_SSH_REFUSED' } });
  expect(before).toBeLessThan(30);
});

test('behind a forward: silence, then refusals, then an answer', async () => {
  await using sshd = await Sshd.start();
  await using forward = new Forward();
  const port = await forward.listen();
  const attempts: Attempt[] = [];
  const waiting = waitForSsh(
    { ...sshd.target, port },
    { deadline: inOneMinute(), onAttempt: (each) => attempts.push(each) },
  );
  await sleep(1_500);
  forward.state = 'refusing';
  await sleep(1_000);
  const before = forward.connections;
  forward.state = { port: sshd.port };
  const answering = performance.now();
  await using client = await waiting;
  expect(performance.now() - answering).toBeLessThan(2_000);
  expect(await run(client, 'true')).toMatchObject({ status: 0 });
  expect(attempts.map(({ error }) => (error as { code?: string }).code)).toContain('ERR_SSH_RESET');
  expect(before).toBeLessThan(40);
});

test('behind a forward: an answer right after silence does not wait for those that hang', async () => {
  await using sshd = await Sshd.start();
  await using forward = new Forward();
  const port = await forward.listen();
  const waiting = waitForSsh({ ...sshd.target, port }, { deadline: inOneMinute() });
  await sleep(600);
  forward.state = { port: sshd.port };
  const answering = performance.now();
  await using client = await waiting;
  expect(client.failure).toBeUndefined();
  expect(performance.now() - answering).toBeLessThan(1_500);
});

test('at the deadline the error holds the last failure and the count', async () => {
  const [port, sshd] = await Promise.all([freePort(), Sshd.start()]);
  await using _ = sshd;
  await expect(waitForSsh({ ...sshd.target, port }, { deadline: Date.now() + 700 })).rejects.toMatchObject({
    code: 'ERR_SSH_WAIT',
    message: expect.stringMatching(/within 0\.7 s \(\d+ attempts; the last: .*nothing listens there\)/) as string,
    cause: { code: 'ERR_SSH_REFUSED' },
  });
});

test('a deadline that is past is one at once', async () => {
  await using sshd = await Sshd.start();
  await expect(waitForSsh(sshd.target, { deadline: Date.now() - 1 })).rejects.toMatchObject({ code: 'ERR_SSH_WAIT' });
});

test('a signal ends it, whatever it waits for', async () => {
  await using sshd = await Sshd.start();
  await using forward = new Forward();
  const target = { ...sshd.target, port: await forward.listen() };
  const abort = new AbortController();
  const waiting = waitForSsh(target, { deadline: inOneMinute(), signal: abort.signal });
  await sleep(500);
  const started = performance.now();
  abort.abort(new Error('the machine stopped'));
  await expect(waiting).rejects.toMatchObject({ code: 'ABORT_ERR', cause: new Error('the machine stopped') });
  expect(performance.now() - started).toBeLessThan(200);
});

test('a login that is refused at first is tried again', async () => {
  await using sshd = await Sshd.start();
  await using other = await Sshd.start();
  const target = { ...sshd.target, identityFile: other.user.privateFile };
  const waiting = waitForSsh(target, {
    deadline: inOneMinute(),
    onAttempt: ({ error }) => {
      expect(error).toMatchObject({ code: 'ERR_SSH_AUTH' });
      sshd.authorize(other.user.publicKey);
    },
  });
  await using client = await waiting;
  expect(client.failure).toBeUndefined();
});

test('a key that cannot be read is told at once', async () => {
  await using sshd = await Sshd.start();
  const target = { ...sshd.target, identityFile: '/nowhere' };
  await expect(waitForSsh(target, { deadline: inOneMinute() })).rejects.toMatchObject({ code: 'ERR_SSH_KEY_FILE' });
});
