import { createServer, type Server } from 'node:net';
import { once } from 'node:events';

import { Actor, STRANGER } from './actor';

/** Another program that has a port of 127.0.0.1. */
async function listenAt(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test('the port of ssh was taken meanwhile: the machine starts with another one, and says so', async () => {
  await using actor = new Actor({ identity: STRANGER });
  const name = 'dev';
  await actor.make(name);
  const { sshPort: taken } = await actor.ask<{ sshPort: number }>('address', { name });
  const server = await listenAt(taken);
  try {
    await actor.ask('start', { name });
  } finally {
    server.close();
  }
  const { sshPort } = await actor.ask<{ sshPort: number }>('address', { name });
  expect(sshPort).not.toBe(taken);
  expect(await actor.ask('warnings')).toContain(
    `Port ${taken} of 127.0.0.1 is in use: ssh of ${name} is now at port ${sshPort}`,
  );
  // It is what the machine has from now on: nothing is to be repaired.
  for (const reading of await actor.ask<object[]>('read', { name })) expect(reading).toMatchObject({ status: 'ok' });
  expect(await actor.ask('states', { names: [name] })).toEqual([{ state: 'Running' }]);
  await actor.ask('kill', { name });
  await actor.ask('remove', { name });
});

test('a published port was taken meanwhile: it is the own choice of whoever published it, and the start fails with it', async () => {
  // A port that is free now.
  const placeholder = await listenAt(0);
  const { port: host } = placeholder.address() as { port: number };
  placeholder.close();
  await once(placeholder, 'close');

  await using actor = new Actor({ identity: STRANGER });
  const name = 'dev';
  await actor.make(name, { publish: [{ host, guest: 80, protocol: 'tcp' }] });
  const server = await listenAt(host);
  try {
    await expect(actor.ask('start', { name })).rejects.toMatchObject({
      code: 'ERR_PORT_IN_USE',
      message: `Port ${host} of 127.0.0.1, which ${name} publishes, is in use by another program`,
      hint: expect.stringContaining(`ss -ltnp 'sport = :${host}'`) as string,
    });
  } finally {
    server.close();
  }
  expect(await actor.ask('states', { names: [name] })).toMatchObject([{ state: 'Stopped' }]);
  // When that program has ended it starts, at the same port.
  await actor.ask('start', { name });
  await actor.ask('kill', { name });
  await actor.ask('remove', { name });
});
