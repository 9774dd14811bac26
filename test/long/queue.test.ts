import { setTimeout } from 'node:timers/promises';

import { connect, type Connection } from '../../src/native/libvirt';
import { FakeDaemon, openConsole, Procedure, text } from '../native/fake-daemon';

/** After which a thread without work ends, and somewhat more. */
const IDLE_MS = 6_000;

let daemon: FakeDaemon;
let connection: Connection;

beforeEach(async () => {
  daemon = await FakeDaemon.start();
  connection = await connect(daemon.uri);
});

afterEach(async () => {
  daemon.drop();
  await connection.close();
  await daemon.stop();
});

test('calls that waited long for the end of a stream are under way at once afterwards', async () => {
  const console = await openConsole(daemon, connection);
  console.destroy();
  const abort = await daemon.only(Procedure.OPEN_CONSOLE);
  const hostnames = Promise.allSettled(Array.from({ length: 4 }, () => connection.hostname()));
  await setTimeout(IDLE_MS);
  expect(daemon.pending).toEqual([abort]);
  abort.answer();
  await daemon.calls(4);
  daemon.answerAll(text('host'));
  const answered = { status: 'fulfilled', value: 'host' };
  await expect(hostnames).resolves.toEqual([answered, answered, answered, answered]);
});
