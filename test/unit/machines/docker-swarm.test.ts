import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { enterSwarm } from '../../../src/machines/docker-swarm';
import type { Workplace } from '../../../src/machines/workplace';
import { recordOf } from '../../support/record';

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
      swarm: { isMaster: true, opts: [], joinOpts: [], isExperimental: false },
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
