import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

import { formatSubnet, overlap, subnetOf } from '../../../src/net/ipv4';
import {
  checkFree,
  interfaceSubnets,
  parseSubnet,
  routedSubnets,
  subnetCandidates,
  type Taken,
} from '../../../src/net/subnet';

const taken = (...texts: string[]): Taken[] =>
  texts.map((text) => ({ subnet: subnetOf(text.split('/')[0]!, Number(text.split('/')[1])), by: 'a test' }));
const candidates = (seed: string, used: Taken[] = [], prefix = 24) =>
  subnetCandidates({ seed, taken: used, prefix }).map(formatSubnet);

/** As a host with a VPN prints it: its default route, the VPN's two halves in front of it, a network, one host. */
const ROUTES = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0102000A\t0003\t0\t0\t0\t00000000\t0\t0\t0
tun0\t00000000\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0
tun0\t00000080\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0
eth0\t0002000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
tun0\t0100080A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
`;

describe('candidates', () => {
  test('are the same for the same home, others for another', () => {
    expect(candidates('1f3a')).toEqual(candidates('1f3a'));
    expect(candidates('1f3a')[0]).not.toBe(candidates('77aa')[0]);
    expect(candidates('1f3a')[0]).toBe('10.100.102.0/24');
  });

  test('homes begin far from each other', () => {
    const firsts = Array.from({ length: 200 }, (_, home) => candidates(String(home))[0]);
    expect(new Set(firsts).size).toBeGreaterThan(190);
  });

  test('are all different, and none overlaps what is in use', () => {
    const [first, second, third] = candidates('1f3a');
    const used = taken(first!, third!);
    const found = candidates('1f3a', used);
    expect(found[0]).toBe(second);
    expect(found).not.toContain(third);
    expect(new Set(found).size).toBe(64);
  });

  test('leave 10.0.0.0/8 to a VPN that takes it', () => {
    const found = subnetCandidates({ seed: '1f3a', taken: taken('10.0.0.0/8') });
    expect(found).toHaveLength(64);
    for (const subnet of found) expect(overlap(subnet, subnetOf('10.0.0.0', 8))).toBe(false);
    const last = candidates('1f3a', taken('10.0.0.0/8', '192.168.0.0/16'));
    expect(last.every((text) => /^172\.(2[4-9]|3[01])\./.test(text))).toBe(true);
  });

  test.each([16, 20, 26, 29])('may be /%d', (prefix) => {
    const found = candidates('1f3a', [], prefix);
    expect(new Set(found).size).toBe(found.length);
    for (const text of found) expect(formatSubnet(parseSubnet(text))).toBe(text);
  });

  test('there are none where all is in use', () => {
    const all = taken('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16');
    expect(() => candidates('1f3a', all)).toThrow(
      expect.objectContaining({
        code: 'ERR_NO_SUBNET',
        message: expect.stringContaining('10.0.0.0/8 by a test, 172.16.0.0/12 by a test') as string,
      }) as Error,
    );
  });
});

describe('what is in use', () => {
  test('routes of the kernel, but no default route', () => {
    expect(routedSubnets(ROUTES).map(({ subnet, by }) => `${formatSubnet(subnet)} ${by}`)).toEqual([
      '10.0.2.0/24 a route by eth0',
      '10.8.0.1/32 a route by tun0',
    ]);
    expect(routedSubnets('')).toEqual([]);
  });

  test('interfaces of this host', () => {
    const found = interfaceSubnets(networkInterfaces()).map(({ subnet, by }) => `${formatSubnet(subnet)} ${by}`);
    expect(found).toContain('127.0.0.0/8 the interface lo');
  });

  if (process.platform === 'linux') {
    test("this kernel's own table can be read", () => {
      const text = readFileSync('/proc/net/route', 'utf8');
      const lines = text.trim().split('\n').slice(1);
      const defaults = lines.filter((line) => /^\S+\s+00000000\s/.test(line));
      expect(routedSubnets(text)).toHaveLength(lines.length - defaults.length);
    });
  }
});

describe('a subnet that a user names', () => {
  test.each(['192.168.200.0/24', '10.0.0.0/8', '172.30.1.128/25', '10.9.8.4/30', '203.0.113.0/24'])('%s', (text) => {
    expect(formatSubnet(parseSubnet(text))).toBe(text);
  });

  test.each([
    ['192.168.200.0', 'is not a subnet', '192.168.200.0/24'],
    ['192.168.200.0/', 'is not a subnet', '192.168.200.0/24'],
    ['192.168.200/24', 'is not a subnet', '192.168.200.0/24'],
    ['192.168.200.0/24/1', 'is not a subnet', '192.168.200.0/24'],
    ['192.168.200.1/24', 'not the subnet', 'Write 192.168.200.0/24.'],
    ['192.168.200.0/31', 'cannot have', '/8 to /30'],
    ['10.0.0.0/7', 'cannot have', '/8 to /30'],
    ['127.0.1.0/24', "this host's own", '10.0.0.0/8'],
    ['169.254.7.0/24', 'without a server', '10.0.0.0/8'],
    ['230.0.0.0/24', 'groups', '10.0.0.0/8'],
    ['0.0.0.0/8', 'no addresses of machines', '10.0.0.0/8'],
  ])('%j is refused: %s', (text, message, hint) => {
    expect(() => parseSubnet(text)).toThrow(
      expect.objectContaining({
        code: 'ERR_SUBNET',
        message: expect.stringContaining(message) as string,
        hint: expect.stringContaining(hint) as string,
      }) as Error,
    );
  });

  test('must be free, and who has it is told', () => {
    expect(() => {
      checkFree(parseSubnet('10.0.2.0/25'), routedSubnets(ROUTES));
    }).toThrow('The subnet 10.0.2.0/25 is in use: 10.0.2.0/24 by a route by eth0');
    checkFree(parseSubnet('10.0.3.0/24'), routedSubnets(ROUTES));
  });
});
