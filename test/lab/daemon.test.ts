import { ConnectCloseReason, connect, DomainState } from '../../src/native/libvirt';
import { HvError } from '../../src/errors';
import { killDaemon, startDaemon } from './daemon';
import { bootedConsole, guestImage, shell } from './machine';
import { domainXml } from './guest/domain';

const URIS = ['qemu:///system', 'qemu+tcp://127.0.0.1/system'];

/** How a promise ended: 'fulfilled', or the error's code. */
async function outcome(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return 'fulfilled';
  } catch (error) {
    return HvError.is(error) ? error.code : error;
  }
}

test.each(URIS)('%s: what is under way when the daemon dies ends with an error, and nothing hangs', async (uri) => {
  const connection = await connect(uri);
  const domain = await connection.defineDomain(domainXml({ name: 'survivor', ...guestImage() }));
  await domain.create();
  const { console } = await bootedConsole(domain);

  const lost = new Promise<ConnectCloseReason>((resolve, reject) => {
    connection.onClose(resolve).catch(reject);
  });
  const stream = connection.events('domain.lifecycle');
  await stream.ready;
  const read = stream.next();
  const told = new Promise<unknown>((resolve, reject) => {
    connection.on('domain.reboot', () => undefined, { onError: resolve }).catch(reject);
  });
  const consoleError = new Promise<unknown>((resolve) => console.once('error', resolve));
  const consoleClosed = new Promise<void>((resolve) => console.once('close', resolve));
  console.resume();
  await connection.hostname();

  // More than the daemon can have answered when it dies.
  const calls = Array.from({ length: 200 }, () => connection.capabilities());
  const outcomes = Promise.all(calls.map(outcome));
  killDaemon();
  try {
    const lostCodes = ['VIR_ERR_SYSTEM_ERROR', 'VIR_ERR_INTERNAL_ERROR', 'VIR_ERR_RPC'];
    const failures = (await outcomes).filter((code) => code !== 'fulfilled');
    expect(failures.length).toBeGreaterThan(0);
    expect([...lostCodes]).toEqual(expect.arrayContaining([...new Set(failures)]));
    expect([ConnectCloseReason.EOF, ConnectCloseReason.ERROR]).toContain(await lost);
    expect(await outcome(read)).toBe('ERR_CONNECTION_LOST');
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(await told).toMatchObject({ code: 'ERR_CONNECTION_LOST' });
    expect(HvError.is(await consoleError)).toBe(true);
    await consoleClosed;

    expect(await connection.isAlive()).toBe(false);
    expect(lostCodes).toContain(await outcome(domain.state()));
    expect(domain.name).toBe('survivor');
    await connection.close();
    expect(await outcome(connection.hostname())).toBe('ERR_CONNECTION_CLOSED');
    expect(await outcome(connect(uri))).toBe('VIR_ERR_SYSTEM_ERROR');
  } finally {
    startDaemon();
  }

  // The guest never knew.
  const again = await connect(uri);
  try {
    const survivor = await again.lookupDomainByName('survivor');
    expect((await survivor.state()).state).toBe(DomainState.RUNNING);
    const reopened = await survivor.openConsole();
    expect(await shell(reopened, 'echo $((6*7))')).toContain('42');
    reopened.destroy();
    await survivor.destroy();
    await survivor.undefine();
  } finally {
    await again.close();
  }
});
