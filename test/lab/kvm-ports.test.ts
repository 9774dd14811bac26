import { createServer, type Server } from 'node:net';
import { once } from 'node:events';

import { Actor, STRANGER } from './actor';

/** Another program that has a port of 127.0.0.1. */
async function listenAt(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const ENGINE = { opts: [], insecureRegistries: [], registryMirrors: [], labels: [], env: [] };

interface Seen {
  sshPort: number;
  ports: { host: number; guest: number; protocol: string }[];
}

test('ports that were chosen are taken meanwhile: the machine starts with others, and says so', async () => {
  await using actor = new Actor({ identity: STRANGER });
  const name = 'dev';
  // Its Docker's port is forwarded without being asked for.
  const docker = { tlsSans: [], keyType: 'ecdsa', engine: ENGINE };
  await actor.make(name, { docker });
  const before = await actor.ask<Seen>('address', { name });
  expect(before.ports).toEqual([{ host: expect.any(Number) as number, guest: 2376, protocol: 'tcp' }]);
  const dockerPort = before.ports[0]!.host;
  expect(dockerPort).not.toBe(before.sshPort);
  const servers = [await listenAt(before.sshPort), await listenAt(dockerPort)];
  try {
    await actor.ask('start', { name });
  } finally {
    for (const server of servers) server.close();
  }
  const { sshPort, ports } = await actor.ask<Seen>('address', { name });
  expect(sshPort).not.toBe(before.sshPort);
  expect(ports[0]?.host).not.toBe(dockerPort);
  expect(await actor.ask('warnings')).toEqual(
    expect.arrayContaining([
      `Port ${before.sshPort} of 127.0.0.1 is in use: ssh of ${name} is now at port ${sshPort}`,
      `Port ${dockerPort} of 127.0.0.1 is in use: port 2376 of ${name} is now at port ${ports[0]?.host}`,
    ]),
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
