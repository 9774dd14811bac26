import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';

import { forwardRange, isPortFree, parseForward, portCandidates } from '../../../src/net/ports';

const UUID = '5c0ab2b2-6d6b-4b1e-9d5e-0f9a3a5f1c11';
const range = { first: 20_000, last: 32_767 };

describe('the range', () => {
  test.each([
    ['what Linux has at first', '32768\t60999\n', { first: 20_000, last: 32_767 }],
    ['unreadable', undefined, { first: 20_000, last: 32_767 }],
    ['a wide one', '10000\t65000\n', { first: 9000, last: 9999 }],
    ['one that leaves room above only', '1024\t60999\n', { first: 61_000, last: 65_535 }],
    ['all there are', '1024\t65535\n', { first: 20_000, last: 65_535 }],
  ])('%s', (_what, text, expected) => {
    expect(forwardRange(text)).toEqual(expected);
  });
});

describe('candidates', () => {
  test('are the same for the same port of the same machine, in the range, and all different', () => {
    const ports = portCandidates({ uuid: UUID, guest: 22, range });
    expect(portCandidates({ uuid: UUID.toUpperCase(), guest: 22, range })).toEqual(ports);
    expect(ports[0]).toBe(28_924);
    expect(new Set(ports).size).toBe(256);
    expect(ports.every((port) => port >= range.first && port <= range.last)).toBe(true);
  });

  test('differ by machine, port and protocol', () => {
    const firsts = [
      portCandidates({ uuid: UUID, guest: 22, range }),
      portCandidates({ uuid: UUID, guest: 23, range }),
      portCandidates({ uuid: UUID, guest: 22, protocol: 'udp', range }),
      portCandidates({ uuid: 'another', guest: 22, range }),
    ].map(([first]) => first);
    expect(new Set(firsts).size).toBe(4);
  });

  test('leave out what is taken', () => {
    const [first, second] = portCandidates({ uuid: UUID, guest: 22, range });
    expect(portCandidates({ uuid: UUID, guest: 22, range, taken: [first!] })[0]).toBe(second);
    expect(portCandidates({ uuid: UUID, guest: 22, range: { first: 7, last: 8 }, taken: [7, 8] })).toEqual([]);
  });
});

describe('whether a port is free', () => {
  test('tcp', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await isPortFree(port)).toBe(false);
    server.close();
    await once(server, 'close');
    expect(await isPortFree(port)).toBe(true);
  });

  test('udp', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    expect(await isPortFree(port, 'udp')).toBe(false);
    expect(await isPortFree(port, 'tcp')).toBe(true);
    socket.close();
    await once(socket, 'close');
    expect(await isPortFree(port, 'udp')).toBe(true);
  });

  test.each(['tcp', 'udp'] as const)('nothing stays open of %s ports that are taken', async (protocol) => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const server = createServer().listen(socket.address().port, '127.0.0.1');
    await once(server, 'listening');
    const open = (): number => readdirSync('/proc/self/fd').length;
    const before = open();
    for (let i = 0; i < 10; i++) expect(await isPortFree(socket.address().port, protocol)).toBe(false);
    expect(open()).toBeLessThan(before + 5);
    socket.close();
    server.close();
    await Promise.all([once(socket, 'close'), once(server, 'close')]);
  });

  test('an address that this host has not is a failure, not an answer', async () => {
    await expect(isPortFree(20_000, 'tcp', '192.0.2.1')).rejects.toMatchObject({ code: 'ERR_PORT' });
  });
});

describe('--publish', () => {
  test.each([
    ['8080:80', { host: 8080, guest: 80, protocol: 'tcp' }],
    ['127.0.0.1:8080:80', { host: 8080, guest: 80, protocol: 'tcp' }],
    ['8080:80/tcp', { host: 8080, guest: 80, protocol: 'tcp' }],
    ['127.0.0.1:5353:53/UDP', { host: 5353, guest: 53, protocol: 'udp' }],
    [':80', { guest: 80, protocol: 'tcp' }],
    ['127.0.0.1::53/udp', { guest: 53, protocol: 'udp' }],
    ['65535:65535', { host: 65535, guest: 65535, protocol: 'tcp' }],
  ])('%s', (text, expected) => {
    expect(parseForward(text)).toEqual(expected);
  });

  test.each([
    ['', 'not of the form'],
    ['80', 'not of the form'],
    ['a:b', 'not of the form'],
    ['8080:', 'not of the form'],
    ['1:2:3:4', 'not of the form'],
    ['8080:80/', 'not of the form'],
    ['0:80', 'from 1 to 65535'],
    ['8080:65536', 'from 1 to 65535'],
    ['8080:80/sctp', 'tcp or udp'],
    ['0.0.0.0:8080:80', '127.0.0.1 only'],
    [':8080:80', 'not of the form'],
  ])('%j is refused: %s', (text, why) => {
    expect(() => parseForward(text)).toThrow(
      expect.objectContaining({ code: 'ERR_PUBLISH', message: expect.stringContaining(why) as string }) as Error,
    );
  });
});
