import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { SshClient } from '../../../src/ssh/client';
import { run } from '../../../src/ssh/exec';
import { fingerprint } from '../../../src/ssh/public-key';
import { freePort, Sshd } from './sshd';

let sshd: Sshd;

beforeAll(async () => {
  sshd = await Sshd.start();
});

afterAll(async () => {
  await sshd[Symbol.asyncDispose]();
});

/** A server that does as it is told with each connection. */
async function serve(onConnection: (socket: Socket) => void): Promise<Server & { port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.once('close', () => {
    for (const socket of sockets) socket.destroy();
  });
  const close = server.close.bind(server);
  server.close = (...args) => {
    for (const socket of sockets) socket.destroy();
    return close(...args);
  };
  return Object.assign(server, { port });
}

test('connects, runs something, and ends without a trace', async () => {
  const client = await SshClient.connect(sshd.target);
  expect(await run(client, 'id -un')).toMatchObject({ status: 0, stdout: Buffer.from(`${sshd.name}\n`) });
  await client.end();
  expect(await client.closed).toBeUndefined();
  await expect(run(client, 'true')).rejects.toMatchObject({ code: 'ERR_SSH_LOST' });
});

describe('each failure has its own code, and says where', () => {
  test('nothing listens', async () => {
    const port = await freePort();
    await expect(SshClient.connect({ ...sshd.target, port })).rejects.toMatchObject({
      code: 'ERR_SSH_REFUSED',
      message: expect.stringContaining(`127.0.0.1:${port}`) as string,
      hint: expect.any(String) as string,
    });
  });

  test.each([
    ['reset', (socket: Socket) => socket.resetAndDestroy()],
    ['closed', (socket: Socket) => socket.end()],
  ])('the connection is %s before a hello, as behind a forward', async (_how, onConnection) => {
    const server = await serve(onConnection);
    await expect(SshClient.connect({ ...sshd.target, port: server.port })).rejects.toMatchObject({
      code: 'ERR_SSH_RESET',
    });
    server.close();
  });

  test('no hello comes', async () => {
    const server = await serve(() => undefined);
    const connecting = SshClient.connect({ ...sshd.target, port: server.port }, { timeoutMs: 300 });
    await expect(connecting).rejects.toMatchObject({
      code: 'ERR_SSH_TIMEOUT',
      message: expect.stringContaining('no ssh server said hello') as string,
    });
    server.close();
  });

  test('a hello and then silence', async () => {
    const server = await serve((socket) => socket.write('SSH-2.0-Silent\r\n'));
    const connecting = SshClient.connect({ ...sshd.target, port: server.port }, { timeoutMs: 500 });
    await expect(connecting).rejects.toMatchObject({
      code: 'ERR_SSH_TIMEOUT',
      message: expect.stringContaining('keys were not exchanged') as string,
    });
    server.close();
  });

  test.each([
    ['a web server', 'HTTP/1.0 400 Bad Request\r\n\r\n'],
    ['something endless', 'x'.repeat(100_000)],
  ])('%s is no ssh server', async (_what, text) => {
    const server = await serve((socket) => socket.end(text));
    await expect(SshClient.connect({ ...sshd.target, port: server.port })).rejects.toMatchObject({
      code: 'ERR_SSH_RESET',
    });
    server.close();
  });

  test.each([
    ['no ssh of our time', 'SSH-1.5-old\r\n'],
    ['nonsense after its hello', `SSH-2.0-x\r\n${'\xff'.repeat(1000)}`],
    ['an end after its hello', 'SSH-2.0-x\r\n'],
  ])('%s', async (_what, text) => {
    const server = await serve((socket) => socket.end(text, 'latin1'));
    await expect(SshClient.connect({ ...sshd.target, port: server.port })).rejects.toMatchObject({
      code: 'ERR_SSH_PROTOCOL',
    });
    server.close();
  });

  test('the key is not the one', async () => {
    await using other = await Sshd.start();
    await expect(SshClient.connect({ ...sshd.target, identityFile: other.user.privateFile })).rejects.toMatchObject({
      code: 'ERR_SSH_AUTH',
      message: expect.stringMatching(
        new RegExp(`"${sshd.name}".*${other.user.fingerprint.replaceAll('+', '\\+')}`),
      ) as string,
    });
  });

  test('the user is not there', async () => {
    await expect(SshClient.connect({ ...sshd.target, user: 'nobody-here' })).rejects.toMatchObject({
      code: 'ERR_SSH_AUTH',
    });
  });

  test('the host key is another: both fingerprints are told, and nobody tries to log in', async () => {
    await using impostor = await Sshd.start();
    const hostKey = sshd.host.publicKey;
    await expect(SshClient.connect({ ...impostor.target, hostKey })).rejects.toMatchObject({
      code: 'ERR_SSH_HOST_KEY',
      message: expect.stringContaining(
        `${impostor.host.fingerprint} (ssh-ed25519) instead of ${fingerprint(hostKey)}`,
      ) as string,
    });
    expect(impostor.log).not.toMatch(/publickey|Accepted|Failed/);
  });

  test('the host key is of another type', async () => {
    const keyFile = join(sshd.folder, 'ecdsa');
    execFileSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', keyFile]);
    await using server = await Sshd.start({ config: [`HostKey ${keyFile}`, 'HostKeyAlgorithms ecdsa-sha2-nistp256'] });
    const ecdsa = readFileSync(`${keyFile}.pub`, 'utf8');
    await expect(SshClient.connect(server.target)).rejects.toMatchObject({
      code: 'ERR_SSH_HOST_KEY',
      message: expect.stringContaining(`${fingerprint(ecdsa)} (ecdsa-sha2-nistp256)`) as string,
    });
    const client = await SshClient.connect({ ...server.target, hostKey: ecdsa });
    await client.end();
  });

  test('a server with several keys shows the one that is known', async () => {
    const keyFile = join(sshd.folder, 'rsa');
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', keyFile]);
    await using server = await Sshd.start({ config: [`HostKey ${keyFile}`] });
    await (await SshClient.connect(server.target)).end();
    await (await SshClient.connect({ ...server.target, hostKey: readFileSync(`${keyFile}.pub`, 'utf8') })).end();
  });

  test('an abort, before and during', async () => {
    const server = await serve((socket) => socket.resume());
    const target = { ...sshd.target, port: server.port };
    await expect(SshClient.connect(target, { signal: AbortSignal.abort('no') })).rejects.toMatchObject({
      code: 'ABORT_ERR',
    });
    const abort = new AbortController();
    const connecting = SshClient.connect(target, { signal: abort.signal });
    const [socket] = (await once(server, 'connection')) as [Socket];
    const closed = once(socket, 'close');
    abort.abort(new Error('enough'));
    await expect(connecting).rejects.toMatchObject({ code: 'ABORT_ERR', cause: new Error('enough') });
    await closed;
    server.close();
  });

  test('the own key is not there', async () => {
    await expect(SshClient.connect({ ...sshd.target, identityFile: '/nowhere' })).rejects.toMatchObject({
      code: 'ERR_SSH_KEY_FILE',
    });
  });
});

describe('a connection that goes away', () => {
  test('ends what runs on it, and says why', async () => {
    const client = await SshClient.connect(sshd.target);
    const running = run(client, 'kill -9 $PPID');
    await expect(running).rejects.toMatchObject({ code: 'ERR_SSH_LOST', hint: expect.any(String) as string });
    expect(await client.closed).toMatchObject({ code: 'ERR_SSH_LOST' });
  });

  test('is noticed by its silence, though nothing closes it', async () => {
    let silent = false;
    const proxy = await serve((socket) => {
      const through = connect(sshd.port, '127.0.0.1').on('error', () => undefined);
      socket.on('data', (bytes) => silent || through.write(bytes));
      through.on('data', (bytes) => silent || socket.write(bytes));
      // Or it stays open for as long as the other side's command runs, and the test's process with it.
      socket.once('close', () => through.destroy());
    });
    const client = await SshClient.connect({ ...sshd.target, port: proxy.port }, { keepaliveMs: 200 });
    const running = run(client, 'sleep 600');
    expect(await run(client, 'true')).toMatchObject({ status: 0 });
    silent = true;
    await expect(running).rejects.toMatchObject({
      code: 'ERR_SSH_LOST',
      message: expect.stringContaining('Keepalive') as string,
    });
    proxy.close();
  });

  test('end() ends what runs, in the machine as well', async () => {
    const client = await SshClient.connect(sshd.target);
    const stdout = new PassThrough();
    const running = run(client, 'echo $$; exec sleep 600', { stdout });
    const [pid] = (await once(stdout, 'data')) as [Buffer];
    await Promise.all([expect(running).rejects.toMatchObject({ code: 'ERR_SSH_LOST' }), client.end()]);
    await using other = await SshClient.connect(sshd.target);
    const gone = `while kill -0 ${pid.toString().trim()} 2>/dev/null; do sleep 0.05; done`;
    expect(await run(other, gone)).toMatchObject({ status: 0 });
  });
});

describe("a user's own key", () => {
  test.each([
    ['rsa', ['-t', 'rsa', '-b', '2048', '-N', '']],
    ['rsa in PKCS8', ['-t', 'rsa', '-b', '2048', '-N', '', '-m', 'PKCS8']],
    ['ecdsa in PKCS8', ['-t', 'ecdsa', '-b', '384', '-N', '', '-m', 'PKCS8']],
    ['ecdsa', ['-t', 'ecdsa', '-b', '521', '-N', '']],
  ])('%s logs in', async (name, args) => {
    const identityFile = join(sshd.folder, `own ${name}`);
    execFileSync('ssh-keygen', ['-q', ...args, '-f', identityFile]);
    sshd.authorize(readFileSync(`${identityFile}.pub`, 'utf8'));
    await (await SshClient.connect({ ...sshd.target, identityFile })).end();
  });

  test('an encrypted one logs in by the agent, and only that one is shown', async () => {
    const identityFile = join(sshd.folder, 'encrypted');
    const agent = join(sshd.folder, 'agent');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', identityFile]);
    sshd.authorize(readFileSync(`${identityFile}.pub`, 'utf8'));
    const target = { ...sshd.target, identityFile };

    const failures = {
      code: 'ERR_SSH_KEY_ENCRYPTED',
      hint: expect.stringContaining(`ssh-add '${identityFile}'`) as string,
    };
    await expect(SshClient.connect(target, { agent: undefined })).rejects.toMatchObject(failures);
    await expect(SshClient.connect(target, { agent: '/nowhere' })).rejects.toMatchObject(failures);

    const daemon = spawn('ssh-agent', ['-D', '-a', agent], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(daemon.stdout, 'data');
      await expect(SshClient.connect(target, { agent })).rejects.toMatchObject(failures);
      const env = {
        ...process.env,
        SSH_AUTH_SOCK: agent,
        SSH_ASKPASS: join(__dirname, 'askpass'),
        SSH_ASKPASS_REQUIRE: 'force',
      };
      execFileSync('ssh-add', ['-q', sshd.host.privateFile], { env });
      execFileSync('ssh-add', ['-q', identityFile], { env });
      const before = sshd.log.length;
      const client = await SshClient.connect(target, { agent });
      expect(await run(client, 'true')).toMatchObject({ status: 0 });
      await client.end();
      expect(sshd.log.slice(before)).not.toContain('Failed publickey');
    } finally {
      daemon.kill();
    }
  });
});
