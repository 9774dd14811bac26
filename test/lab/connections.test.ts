import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { connect, ConnectCloseReason, DomainState, type Connection } from '../../src/native/libvirt';
import { FakeDaemon, Procedure } from '../native/fake-daemon';
import { resumeDaemon, stopDaemon } from './daemon';
import { domainXml } from './guest/domain';
import { guestImage, readUntil, scratch } from './machine';

async function withConnection(connection: Connection, use: (connection: Connection) => Promise<void>): Promise<void> {
  try {
    await use(connection);
  } finally {
    await connection.close();
  }
}

test.each([
  ['qemu:///system', true],
  ['qemu+unix:///system?socket=/run/libvirt/libvirt-sock', true],
  ['qemu+tcp://127.0.0.1/system', false],
])('%s: the daemon answers, and is watched', async (uri, isSecure) => {
  await withConnection(await connect(uri), async (connection) => {
    expect(await connection.type()).toBe('QEMU');
    expect(await connection.uri()).toBe(uri);
    expect(await connection.isSecure()).toBe(isSecure);
    expect(await connection.isEncrypted()).toBe(false);
    expect(await connection.isAlive()).toBe(true);
    expect(await connection.hypervisorVersion()).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await connection.setKeepAlive(5, 5)).toBe(true);
    const name = 'seen-by-all';
    const domain = await connection.defineDomain(domainXml({ name, ...guestImage() }));
    expect((await domain.state()).state).toBe(DomainState.SHUTOFF);
    await domain.undefine();
  });
});

test('a socket and a port where nobody listens: what failed, and what to do', async () => {
  await expect(connect('qemu+unix:///system?socket=/nowhere/at-all')).rejects.toMatchObject({
    code: 'VIR_ERR_SYSTEM_ERROR',
    message: expect.stringContaining('/nowhere/at-all') as string,
    hint: expect.stringContaining('libvirtd') as string,
  });
  await expect(connect('qemu+tcp://127.0.0.1:1/system')).rejects.toMatchObject({
    code: 'VIR_ERR_SYSTEM_ERROR',
    message: expect.stringContaining('Connection refused') as string,
  });
});

test('a read-only connection reads, and changes nothing', async () => {
  await withConnection(await connect('qemu:///system'), async (writer) => {
    const domain = await writer.defineDomain(domainXml({ name: 'looked-at', ...guestImage() }));
    try {
      await withConnection(await connect('qemu:///system', { readOnly: true }), async (reader) => {
        const same = await reader.lookupDomainByName('looked-at');
        expect(same.uuid).toBe(domain.uuid);
        expect(await same.xml()).toContain('looked-at');
        const denied = { code: 'VIR_ERR_OPERATION_DENIED' };
        await expect(same.create()).rejects.toMatchObject(denied);
        await expect(same.undefine()).rejects.toMatchObject(denied);
        await expect(reader.defineDomain(await same.xml())).rejects.toMatchObject(denied);
        expect((await same.state()).state).toBe(DomainState.SHUTOFF);
      });
    } finally {
      await domain.undefine();
    }
  });
});

/** Another process, which may be another user's: what it wrote to its standard output. */
async function inChild(
  uri: string,
  { identity, env = {} }: { identity?: object; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const args = [join(__dirname, 'children', 'connect.js'), uri];
  if (identity) args.push(JSON.stringify(identity));
  const options = { cwd: '/', env: { ...process.env, ...env }, timeout: 60_000 };
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  return stdout.trim();
}

const NOBODY = { user: 'nobody', group: 'nogroup', groups: ['nogroup'] };

test('another user: let in as a member of group libvirt, and told why not otherwise', async () => {
  const uri = 'qemu:///system';
  expect(await inChild(uri, { identity: { ...NOBODY, groups: ['libvirt'] } })).toBe(`QEMU ${uri}`);
  expect(await inChild(uri, { identity: NOBODY })).toMatch(/^VIR_ERR_SYSTEM_ERROR .*Permission denied/);
});

test('the session of a user without privileges has a daemon of its own', async () => {
  const home = scratch();
  const env = { HOME: home, XDG_RUNTIME_DIR: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home };
  expect(await inChild('qemu:///session', { identity: NOBODY, env })).toBe('QEMU qemu:///session');
});

test('embedded: the hypervisor in a process of ours boots a guest, and no other process may have its folder', async () => {
  const uri = `qemu:///embed?root=${scratch()}`;
  const xml = domainXml({ name: 'inside', ...guestImage() });
  const child = spawn(process.execPath, [join(__dirname, 'children', 'embed.js'), uri, xml], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    await readUntil(child.stdout, 'up');
    expect(await inChild(uri)).toMatch(/^VIR_ERR_SYSTEM_ERROR Failed to acquire pid file/);
    await withConnection(await connect('qemu:///system'), async (system) => {
      expect((await system.listAllDomains()).map(({ name }) => name)).not.toContain('inside');
    });
    child.stdin.end();
    expect(await readUntil(child.stdout, 'left')).toMatch(/SHUTOFF\n0 left/);
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
  } finally {
    child.kill();
  }
});

test.each(['qemu:///system', 'qemu+tcp://127.0.0.1/system'])(
  '%s: a daemon that no longer answers fails the calls that wait for it',
  async (uri) => {
    const connection = await connect(uri, { keepAlive: { interval: 1, count: 2 } });
    const lost = new Promise<ConnectCloseReason>((resolve, reject) => {
      connection.onClose(resolve).catch(reject);
    });
    // The listener is there when a later call has come back.
    await connection.hostname();
    stopDaemon();
    try {
      const started = Date.now();
      await expect(connection.hostname()).rejects.toMatchObject({
        code: 'ERR_CONNECTION_LOST',
        message: expect.stringContaining('KEEPALIVE') as string,
      });
      expect(Date.now() - started).toBeLessThan(20_000);
      expect(await lost).toBe(ConnectCloseReason.KEEPALIVE);
      expect(await connection.isAlive()).toBe(false);
      await connection.close();
    } finally {
      resumeDaemon();
    }
    await withConnection(await connect(uri), async (again) => {
      expect(await again.type()).toBe('QEMU');
    });
  },
);

test('a daemon that no longer answers fails more calls than a connection has threads', async () => {
  const connection = await connect('qemu:///system', { keepAlive: { interval: 1, count: 2 } });
  stopDaemon();
  try {
    const calls = Array.from({ length: 20 }, () => connection.hostname());
    const lost = { status: 'rejected', reason: { code: 'ERR_CONNECTION_LOST' } };
    expect(await Promise.allSettled(calls)).toMatchObject(calls.map(() => lost));
    expect(await connection.isAlive()).toBe(false);
    await expect(connection.hostname()).rejects.toMatchObject(lost.reason);
  } finally {
    resumeDaemon();
  }
  await connection.close();
});

test('calls that take long, as many as there may be, do not cost the connection', async () => {
  const guest = { name: 'stopped', ...guestImage() };
  const keepAlive = { interval: 1, count: 1 };
  await withConnection(await connect('qemu:///system', { keepAlive }), async (connection) => {
    const domain = await connection.defineDomain(domainXml(guest));
    await domain.create();
    const pid = Number(readFileSync('/run/libvirt/qemu/stopped.pid', 'utf8'));
    try {
      process.kill(pid, 'SIGSTOP');
      const calls = Array.from({ length: 12 }, () => domain.memoryStats());
      // Longer than a daemon may be silent.
      await new Promise((resolve) => setTimeout(resolve, 5000));
      process.kill(pid, 'SIGCONT');
      expect((await Promise.allSettled(calls)).map(({ status }) => status)).toEqual(calls.map(() => 'fulfilled'));
    } finally {
      await domain.destroy();
      await domain.undefine();
    }
  });
});

test('without keep-alive messages a call waits, and goes on when the daemon does', async () => {
  await withConnection(await connect('qemu+tcp://127.0.0.1/system', { keepAlive: false }), async (connection) => {
    stopDaemon();
    let answered = false;
    const call = connection.hostname().finally(() => {
      answered = true;
    });
    try {
      await new Promise((resolve) => setTimeout(resolve, 3000));
      expect(answered).toBe(false);
    } finally {
      resumeDaemon();
    }
    expect(await call).not.toBe('');
  });
});

// Here, because the limit is for users without privileges only, as whom no sanitizer could report.
test('where no thread can be had each call says so, and what is registered and open is ended all the same', async () => {
  const daemon = await FakeDaemon.start();
  const args = [join(__dirname, 'children', 'no-threads.js'), daemon.uri];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  const none = 'ERR_NO_THREAD';
  expect(JSON.parse(stdout)).toEqual({ open: none, call: none, listen: none, stop: none, close: 'done' });
  expect(daemon.seen.filter((procedure) => procedure === Procedure.EVENT_DEREGISTER_ANY)).toHaveLength(1);
  await daemon.stop();
});
