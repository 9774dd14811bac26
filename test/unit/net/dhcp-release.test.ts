import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

import { releaseLease, releasePacket } from '../../../src/net/dhcp-release';

const LEASE = { address: '10.80.7.9', mac: '52:54:0:a:1b:2c', clientId: 'ff:56:50:4d:98:00:02' };
const SERVER = '127.0.0.1';

describe('the message', () => {
  test('is a DHCPRELEASE of the address, by the id that the server knows', () => {
    const packet = releasePacket(LEASE, '10.80.7.1');
    expect(packet).toHaveLength(300);
    expect([...packet.subarray(0, 4)]).toEqual([1, 1, 6, 0]);
    expect(packet.subarray(8, 12).toString('hex')).toBe('00000000');
    expect(packet.subarray(12, 16).toString('hex')).toBe('0a500709');
    expect(packet.subarray(16, 28).every((byte) => byte === 0)).toBe(true);
    expect(packet.subarray(28, 44).toString('hex')).toBe('5254000a1b2c00000000000000000000');
    expect(packet.subarray(236, 240).toString('hex')).toBe('63825363');
    expect(packet.subarray(240, 259).toString('hex')).toBe('350107' + '36040a500701' + '3d07ff56504d980002' + 'ff');
    expect(packet.subarray(259).every((byte) => byte === 0)).toBe(true);
  });

  test('says nothing of an id where the server has none', () => {
    const packet = releasePacket({ ...LEASE, clientId: undefined }, '10.80.7.1');
    expect(packet.subarray(240, 250).toString('hex')).toBe('350107' + '36040a500701' + 'ff');
  });

  test('is another one each time', () => {
    const transactions = [1, 2, 3].map(() => releasePacket(LEASE, SERVER).readUInt32BE(4));
    expect(new Set(transactions).size).toBe(3);
  });

  test('holds the longest id there is', () => {
    const clientId = Array.from({ length: 255 }, () => 'ab').join(':');
    const packet = releasePacket({ ...LEASE, clientId }, SERVER);
    expect(packet.at(-1)).toBe(255);
    expect([...packet.subarray(249, 252)]).toEqual([61, 255, 0xab]);
  });

  test.each(['', '*', 'ff:', 'ff:100', 'xyz', Array.from({ length: 256 }, () => '0').join(':')])(
    '%j is no id',
    (clientId) => {
      expect(() => releasePacket({ ...LEASE, clientId }, SERVER)).toThrow('is not the client id of a lease');
    },
  );
});

describe('the release', () => {
  let server: Socket;
  let port: number;
  let received: Buffer[];

  beforeEach(async () => {
    received = [];
    server = createSocket('udp4');
    server.on('message', (message) => received.push(message));
    server.bind(0, SERVER);
    await once(server, 'listening');
    ({ port } = server.address());
  });

  afterEach(() => {
    server.close();
  });

  test('ends when the server has forgotten the lease, and not before', async () => {
    let asked = 0;
    await releaseLease(LEASE, {
      server: SERVER,
      port,
      stillThere: () => {
        asked += 1;
        return Promise.resolve(received.length === 0 || asked < 4);
      },
    });
    expect(asked).toBe(4);
    expect(received).toHaveLength(1);
  });

  test('sends nothing of a lease that is gone', async () => {
    await releaseLease(LEASE, { server: SERVER, port, stillThere: () => Promise.resolve(false) });
    expect(received).toEqual([]);
  });

  test('sends again: datagrams get lost', async () => {
    const stillThere = () => Promise.resolve(received.length < 3);
    await releaseLease(LEASE, { server: SERVER, port, stillThere, deadlineMs: 60_000 });
    expect(received).toHaveLength(3);
  });

  test.each([
    ['the lease stays', () => Promise.resolve(true)],
    ['the table cannot be read', () => new Promise<boolean>(() => undefined)],
  ])('ends at its deadline when %s', async (_what, stillThere) => {
    await expect(releaseLease(LEASE, { server: SERVER, port, stillThere, deadlineMs: 100 })).rejects.toMatchObject({
      code: 'ERR_LEASE_NOT_RELEASED',
      message: expect.stringContaining(`server at ${SERVER} still lists the lease of 10.80.7.9`) as string,
      hint: expect.stringContaining('hvkit leases prune') as string,
    });
  });

  test('ends with its signal', async () => {
    const reason = new Error('no more');
    const controller = new AbortController();
    const stillThere = () => {
      controller.abort(reason);
      return Promise.resolve(true);
    };
    const released = releaseLease(LEASE, { server: SERVER, port, stillThere, signal: controller.signal });
    await expect(released).rejects.toMatchObject({ code: 'ABORT_ERR', cause: reason });
  });

  test('a failure to look is an error of its own', async () => {
    const failure = new Error('cannot look');
    const stillThere = () => Promise.reject(failure);
    await expect(releaseLease(LEASE, { server: SERVER, port, stillThere })).rejects.toBe(failure);
  });

  test('what cannot be sent is told', async () => {
    // The system sends no datagram to a broadcast address for a socket that did not ask for it.
    const stillThere = () => Promise.resolve(true);
    await expect(releaseLease(LEASE, { server: '255.255.255.255', port, stillThere })).rejects.toMatchObject({
      code: 'ERR_LEASE_NOT_RELEASED',
      message: expect.stringContaining('could not be sent') as string,
      cause: expect.objectContaining({ syscall: 'send' }) as Error,
    });
  });
});
