import { connect, ConnectCloseReason, type Connection } from '../../src/native/libvirt';
import { FakeDaemon, Procedure, text } from './fake-daemon';

const keepAlive = { interval: 1, count: 1 };
const lost = { code: 'ERR_CONNECTION_LOST', message: 'The connection to libvirt was lost (KEEPALIVE)' };

let daemon: FakeDaemon;
let connection: Connection;

beforeEach(async () => {
  daemon = await FakeDaemon.start();
});

afterEach(async () => {
  daemon.drop();
  await connection.close();
  await daemon.stop();
});

test('a daemon that answers keep-alive messages may take as long for a call as it likes', async () => {
  connection = await connect(daemon.uri, { keepAlive });
  const calls = [connection.hostname(), connection.hostname()];
  await daemon.calls(2);
  // With one that was not answered it would have been the end.
  await daemon.pinged(4);
  daemon.answerAll(text('slow'));
  await expect(Promise.all(calls)).resolves.toEqual(['slow', 'slow']);
});

test('a daemon that stops to answer them ends its connection, for each call and each listener', async () => {
  connection = await connect(daemon.uri, { keepAlive });
  const reason = new Promise<ConnectCloseReason>((resolve, reject) => {
    connection.onClose(resolve).catch(reject);
  });
  const events = connection.events('domain.lifecycle');
  await events.ready;
  const event = events.next();
  daemon.held.add(Procedure.EVENT_REGISTER_ANY);
  const listening = connection.on('domain.reboot', () => undefined);
  const calls = [listening, ...Array.from({ length: 20 }, () => connection.hostname())];
  await daemon.calls(4);
  await daemon.pinged(1);
  daemon.answersPings = false;
  const asserted = expect(event).rejects.toMatchObject(lost);
  expect(await Promise.allSettled(calls)).toMatchObject(calls.map(() => ({ status: 'rejected', reason: lost })));
  await asserted;
  expect(await reason).toBe(ConnectCloseReason.KEEPALIVE);
  expect(await connection.isAlive()).toBe(false);
  await expect(connection.hostname()).rejects.toMatchObject(lost);
  await expect(connection.events('domain.reboot').ready).rejects.toMatchObject(lost);
});

test('so does one that stops while nothing is asked', async () => {
  daemon.answersPings = false;
  connection = await connect(daemon.uri, { keepAlive });
  const reason = new Promise<ConnectCloseReason>((resolve, reject) => {
    connection.onClose(resolve).catch(reject);
  });
  expect(await reason).toBe(ConnectCloseReason.KEEPALIVE);
  await expect(connection.hostname()).rejects.toMatchObject(lost);
});
