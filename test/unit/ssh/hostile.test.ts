import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';

import { type Connection, Server, type Session, type SFTPWrapper } from 'ssh2';

import { SshClient } from '../../../src/ssh/client';
import { copyFrom } from '../../../src/ssh/copy';
import { run } from '../../../src/ssh/exec';
import { writeKeyPair, type WrittenKeyPair } from '../../../src/ssh/keys';
import { runInTerminal } from '../../../src/ssh/terminal';

const FOLDER = 0o040755;
const FILE = 0o100644;
const END = 1;
const NONE = 2;

let folder: string;
let host: WrittenKeyPair;
let user: WrittenKeyPair;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-hostile-'));
  host = await writeKeyPair(folder, 'host', '');
  user = await writeKeyPair(folder, 'user', '');
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  mkdirSync(join(folder, 'here'));
});

afterEach(() => {
  rmSync(join(folder, 'here'), { recursive: true });
});

/** A machine that answers as it likes: its folders hold `names`, and what ends in a slash is a folder. */
async function machineWith(names: readonly string[]): Promise<AsyncDisposable & { client: SshClient }> {
  const connections = new Set<Connection>();
  const server = new Server({ hostKeys: [readFileSync(host.privateFile)] }, (connection) => {
    connections.add(connection.on('error', () => undefined));
    connection.on('authentication', (context) => {
      context.accept();
    });
    connection.on('session', (accept) => {
      accept().on('sftp', (acceptSftp) => {
        answer(acceptSftp(), names);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const target = { host: '127.0.0.1', port, user: 'root', identityFile: user.privateFile, hostKey: host.publicKey };
  const client = await SshClient.connect(target);
  return {
    client,
    async [Symbol.asyncDispose]() {
      await client.end();
      for (const connection of connections) connection.end();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(sftp: SFTPWrapper, names: readonly string[]): void {
  const listed = new Set<string>();
  const attributes = (path: string) => ({
    mode: path.endsWith('file') || path.includes('evil') ? FILE : FOLDER,
    uid: 0,
    gid: 0,
    size: 4,
    atime: 0,
    mtime: 0,
  });
  sftp.on('STAT', (id, path) => {
    sftp.attrs(id, attributes(path));
  });
  sftp.on('LSTAT', (id, path) => {
    sftp.attrs(id, attributes(path));
  });
  sftp.on('REALPATH', (id, path) => {
    sftp.name(id, [{ filename: path, longname: path, attrs: attributes(path) }]);
  });
  sftp.on('OPENDIR', (id, path) => {
    sftp.handle(id, Buffer.from(path));
  });
  sftp.on('READDIR', (id, handle) => {
    const path = handle.toString();
    const list = path.endsWith('/sub') ? ['file'] : names;
    if (listed.has(path)) sftp.status(id, END);
    else {
      sftp.name(
        id,
        list.map((filename) => ({ filename, longname: filename, attrs: attributes(filename) })),
      );
    }
    listed.add(path);
  });
  sftp.on('OPEN', (id, path) => {
    sftp.handle(id, Buffer.from(path));
  });
  sftp.on('READ', (id, _handle, offset) => {
    if (offset === 0) sftp.data(id, Buffer.from('evil'));
    else sftp.status(id, END);
  });
  sftp.on('CLOSE', (id) => {
    sftp.status(id, 0);
  });
  sftp.on('EXTENDED', (id) => {
    sftp.status(id, NONE);
  });
}

/** What a machine does with those who ask for a session: nothing. */
async function speechless(): Promise<AsyncDisposable & { client: SshClient }> {
  const server = new Server({ hostKeys: [readFileSync(host.privateFile)] }, (connection) => {
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      context.accept();
    });
    connection.on('session', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const target = { host: '127.0.0.1', port, user: 'root', identityFile: user.privateFile, hostKey: host.publicKey };
  const client = await SshClient.connect(target, { sessionMs: 300 });
  return {
    client,
    async [Symbol.asyncDispose]() {
      await client.end();
      server.close();
      await once(server, 'close');
    },
  };
}

test.each<[string, (client: SshClient) => Promise<unknown>]>([
  ['a command', (client) => run(client, 'true')],
  ['a copy', (client) => copyFrom(client, '/tree', folder)],
  [
    'a terminal',
    (client) => {
      const stdout = new PassThrough();
      return runInTerminal(client, { terminal: { stdin: Readable.from([]), stdout, stderr: stdout } });
    },
  ],
])('%s is not waited for without an end', async (_what, work) => {
  await using machine = await speechless();
  await expect(work(machine.client)).rejects.toMatchObject({
    code: 'ERR_SSH_TIMEOUT',
    message: expect.stringContaining('the server had opened no session') as string,
  });
  // What it might still begin, it would begin for nobody.
  expect(await machine.client.closed).toMatchObject({ code: 'ERR_SSH_TIMEOUT' });
});

test.each([['../evil'], ['/tmp/hvkit-evil'], ['sub/../../evil'], [''], ['a\0evil']])(
  'a name that leads out of its folder ends the copy: %j',
  async (name) => {
    await using machine = await machineWith([name]);
    const copying = copyFrom(machine.client, '/tree', join(folder, 'here'), { recursive: true });
    await expect(copying).rejects.toMatchObject({ code: 'ERR_SSH_FILE_NAME' });
    expect(readdirSync(folder).toSorted()).toEqual(['here', 'host', 'host.pub', 'user', 'user.pub']);
    expect(readdirSync(join(folder, 'here', 'tree'))).toEqual([]);
  },
);

test('a folder that holds itself and the one above it is left out there', async () => {
  await using machine = await machineWith(['.', '..', 'file']);
  await copyFrom(machine.client, '/tree', join(folder, 'here'), { recursive: true });
  expect(readdirSync(join(folder, 'here', 'tree'))).toEqual(['file']);
});

test('what stands in the target is not followed out of it', async () => {
  mkdirSync(join(folder, 'here/tree'));
  mkdirSync(join(folder, 'here/outside'));
  writeFileSync(join(folder, 'here/victim'), 'mine');
  symlinkSync('../outside', join(folder, 'here/tree/sub'));
  symlinkSync('../victim', join(folder, 'here/tree/file'));
  await using machine = await machineWith(['sub', 'file']);
  const copying = copyFrom(machine.client, '/tree', join(folder, 'here'), { recursive: true });
  await expect(copying).rejects.toMatchObject({
    code: 'ERR_SSH_COPY',
    message: expect.stringContaining('a link in the place of a folder') as string,
  });
  expect(readdirSync(join(folder, 'here/outside'))).toEqual([]);
  expect(readFileSync(join(folder, 'here/victim'), 'utf8')).toBe('mine');
  expect(readFileSync(join(folder, 'here/tree/file'), 'utf8')).toBe('evil');
});

/** ssh2's servers answer everything of themselves. */
function protocolOf(connection: Connection): { channelClose(id: number): void } {
  return (connection as Connection & { _protocol: { channelClose(id: number): void } })._protocol;
}

/** A server that closes so many sessions before it answers what is to run in them. */
async function withoutAnswer(
  count: number,
  ident = 'dropbear_2022.83',
): Promise<AsyncDisposable & { client: SshClient; asked: () => number }> {
  let asked = 0;
  const server = new Server({ hostKeys: [readFileSync(host.privateFile)], ident }, (connection) => {
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      context.accept();
    });
    connection.on('session', (accept) => {
      const session = accept() as Session & { _chanInfo: { outgoing: { id: number } } };
      session.on('exec', (acceptExec) => {
        asked += 1;
        if (asked <= count) {
          protocolOf(connection).channelClose(session._chanInfo.outgoing.id);
          return;
        }
        const channel = acceptExec();
        channel.exit(0);
        channel.end();
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const target = { host: '127.0.0.1', port, user: 'root', identityFile: user.privateFile, hostKey: host.publicKey };
  const client = await SshClient.connect(target);
  return {
    client,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      await client.end();
      server.close();
      await once(server, 'close');
    },
  };
}

test('a session that dropbear closes unanswered is asked for once more', async () => {
  await using server = await withoutAnswer(2);
  expect(await run(server.client, 'true')).toMatchObject({ status: 0 });
  expect(server.asked()).toBe(3);
});

test('of another server nobody knows whether it has begun: nothing is run twice', async () => {
  await using server = await withoutAnswer(1, 'OpenSSH_9.2p1');
  await expect(run(server.client, 'true')).rejects.toMatchObject({ code: 'ERR_SSH_EXEC' });
  expect(server.asked()).toBe(1);
});

test('a server that closes every session runs no command', async () => {
  await using server = await withoutAnswer(Infinity);
  await expect(run(server.client, 'true')).rejects.toMatchObject({ code: 'ERR_SSH_EXEC' });
});
