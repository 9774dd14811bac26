import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { dockerSpec } from '../../../src/drivers/spec';
import { checkDaemon, daemonOf } from '../../../src/machines/docker-daemon';
import { enterSwarm, managerOf } from '../../../src/machines/docker-swarm';
import { Registry } from '../../../src/drivers/registry';
import { Drivers } from '../../../src/machines/drivers';
import { HomeFolder } from '../../../src/machines/home';
import { Store } from '../../../src/machines/store';
import type { Workplace } from '../../../src/machines/workplace';
import { DockerHosts, recordsDriver } from '../../support/docker-hosts';
import { Folder } from '../../support/folder';
import { recordOf } from '../../support/record';

const SWARM = { isMaster: false, opts: [], joinOpts: [], isExperimental: false };

/** What a daemon says of itself, one answer after the other; the last one stays. What it was asked comes back. */
async function enter(states: string[]): Promise<string[]> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url !== '/info') response.end();
    else response.end(JSON.stringify({ Swarm: { LocalNodeState: states.length > 1 ? states.shift() : states[0] } }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await enterSwarm({} as Workplace, recordOf('dev'), {
      host: { url: `tcp://127.0.0.1:${port}`, certPath: '', tlsVerify: false },
      swarm: { ...SWARM, isMaster: true },
      address: '192.0.2.7',
      signal: new AbortController().signal,
    });
    return asked;
  } finally {
    server.close();
    await once(server, 'close');
  }
}

test('one that is in is asked for nothing', async () => {
  expect(await enter(['active'])).not.toContain('POST /swarm/init');
});

test('what a killed provision had begun is waited for, and begun anew where it came to nothing', async () => {
  const asked = await enter(['pending', 'pending', 'active']);
  expect(asked).toEqual(Array(4).fill('GET /info'));
  expect(await enter(['pending', 'inactive'])).toContain('POST /swarm/init');
});

test.each(['error', 'locked'])(
  'one that is in a swarm by name alone, %s, is not taken for one that is in',
  async (state) => {
    await expect(enter([state])).rejects.toMatchObject({
      code: 'ERR_NO_SWARM',
      message: expect.stringContaining(`"${state}"`) as string,
      hint: expect.stringContaining('docker swarm leave') as string,
    });
  },
);

/** Which machine's swarm another one would join that is told of this place. */
async function joined(discovery?: string): Promise<string> {
  using folder = new Folder();
  const store = new Store(new HomeFolder(folder.path));
  for (const [name, told] of [
    ['one', 'token://abc'],
    ['two', 'consul://192.0.2.1:8500'],
  ] as const) {
    const record = recordOf(name);
    const docker = dockerSpec.parse({ swarm: { isMaster: true, discovery: told } });
    await store.write({ ...record, spec: { ...record.spec, docker } });
  }
  const place = { store } as Workplace;
  const swarm = { ...SWARM, ...(discovery !== undefined && { discovery }) };
  return (await managerOf(place, { name: 'worker' }, swarm)).name;
}

test('a swarm is joined by the name of the machine that began it, or by what both were told, as with classic Swarm', async () => {
  expect(await joined('two')).toBe('two');
  expect(await joined('token://abc')).toBe('one');
  await expect(joined('token://other')).rejects.toMatchObject({ code: 'ERR_NO_SWARM' });
  await expect(joined()).rejects.toMatchObject({ hint: expect.stringContaining('--swarm-discovery one') as string });
});

test("the store of classic Swarm is not told to dockerd of today's, and that is said; alone, it is", () => {
  const opts = ['cluster-store=consul://192.0.2.1:8500', 'cluster-advertise=eth1:2376', 'debug'];
  const warnings: string[] = [];
  const told = (swarm?: object): object => {
    const docker = dockerSpec.parse({ engine: { opts }, ...(swarm && { swarm }) });
    checkDaemon(docker, 'kvm', (message) => warnings.push(message));
    return daemonOf(docker, { driver: 'kvm' });
  };
  const within = told({ isMaster: true });
  expect(within).toMatchObject({ debug: true, labels: ['provider=kvm'] });
  expect(Object.keys(within).filter((key) => key.startsWith('cluster'))).toEqual([]);
  expect(warnings).toEqual([expect.stringMatching(/^cluster-store, cluster-advertise: of classic Swarm/)]);
  expect(told()).toHaveProperty('cluster-store', 'consul://192.0.2.1:8500');
});

/** What the daemon of another machine is asked for that is to be in the swarm of the machine `one`. */
async function invited(swarm: Parameters<typeof enterSwarm>[2]['swarm']): Promise<string> {
  await using hosts = new DockerHosts();
  const address = '127.81.0.1';
  hosts.pair('here', `IP:${address}`);
  hosts.add('one', { address, docker: { swarm: { isMaster: true, discovery: 'consul://192.0.2.1' } } }, 'here');
  await hosts.answer(address, '24.0.7', 'here', {
    '/swarm': { JoinTokens: { Worker: 'for workers', Manager: 'for managers' } },
    '/info': { Swarm: { RemoteManagers: [{ Addr: '192.0.2.1:2377' }] } },
  });
  const home = new HomeFolder(hosts.home);
  const registry = new Registry([recordsDriver]);
  const drivers = new Drivers({ home, registry, env: {}, warn: () => undefined });
  let asked = '';
  const server = createServer((request, response) => {
    if (request.method === 'POST') asked = request.url ?? '';
    request.on('data', (bytes: Buffer) => {
      asked += ` ${(JSON.parse(bytes.toString()) as { JoinToken?: string }).JoinToken ?? ''}`;
    });
    request.on('end', () => response.end('{"Swarm":{"LocalNodeState":"inactive"}}'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    await enterSwarm({ home, store: new Store(home), drivers } as Workplace, recordOf('two'), {
      host: { url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, certPath: '', tlsVerify: false },
      swarm,
      address: '192.0.2.7',
      signal: new AbortController().signal,
    });
    return asked;
  } finally {
    server.close();
    await Promise.all([once(server, 'close'), drivers.close()]);
  }
}

test('of those that are told of one place the first begins a swarm, and other managers are managers of the same', async () => {
  const told = { discovery: 'consul://192.0.2.1' };
  expect(await invited({ ...SWARM, ...told })).toBe('/swarm/join for workers');
  expect(await invited({ ...SWARM, ...told, isMaster: true })).toBe('/swarm/join for managers');
  expect(await invited({ ...SWARM, discovery: 'one', isMaster: true })).toBe('/swarm/join for managers');
  expect(await invited({ ...SWARM, discovery: 'consul://192.0.2.2', isMaster: true })).toBe('/swarm/init ');
  expect(await invited({ ...SWARM, isMaster: true })).toBe('/swarm/init ');
});
