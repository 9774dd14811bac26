import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Lease } from '../../src/drivers/driver';
import { bridgeName } from '../../src/drivers/kvm/names';
import { Actor } from './actor';
import { takeLease } from './dhcp-client';
import { Folder } from '../support/folder';
import { traces } from './traces';

/** .1 is the host's, .2 to .6 are for machines. */
const nat = (third: number) => ({ network: { mode: 'nat', subnet: `10.213.${third}.0/29` } });
/** A machine of software takes its time where others are at work. */
const LONG = 300_000;
const THEIR_MAC = '52:54:00:aa:bb:01';
const THEIR_OTHER_MAC = '52:54:00:aa:bb:02';
const ROUNDS = 20;

interface Made {
  uuid: string;
  plan: { mac: string; network: { name: string } };
}

function virsh(...args: string[]): string {
  return execFileSync('virsh', ['-q', '-c', 'qemu:///system', ...args], { encoding: 'utf8' });
}

/** The table of leases follows what the server does, a moment later. */
async function leasesUntil(actor: Actor, fits: (leases: Lease[]) => boolean): Promise<Lease[]> {
  for (;;) {
    const leases = await actor.ask<Lease[]>('leases');
    if (fits(leases)) return leases;
  }
}

async function addressOf(actor: Actor, name: string): Promise<string> {
  return (await actor.ask<{ host: string }>('address', { name })).host;
}

/** As systemd-networkd makes one: nothing of it follows from the MAC. */
function duid(): string {
  return `ff${randomBytes(4).toString('hex')}00020000ab11${randomBytes(8).toString('hex')}`;
}

test(
  `a network with few addresses survives ${ROUNDS} machines, and what is somebody else's stays`,
  async () => {
    await using actor = new Actor();
    const { plan } = (await actor.make('keeper', nat(7))) as Made;
    const network = plan.network.name;
    const bridge = /Bridge:\s+(\S+)/.exec(virsh('net-info', network))?.[1] ?? '';
    const kept = await addressOf(actor, 'keeper');

    // One is reserved for somebody, and somebody else had one and left.
    const stale = takeLease(bridge, THEIR_OTHER_MAC);
    const free = [2, 3, 4, 5, 6].map((last) => `10.213.7.${last}`).filter((each) => each !== kept && each !== stale);
    const theirs = `<host mac='${THEIR_MAC}' name='theirs' ip='${free[0] ?? ''}'/>`;
    virsh('net-update', network, 'add-last', 'ip-dhcp-host', theirs, '--live', '--config');

    for (let round = 0; round < ROUNDS; round++) {
      const name = `dev${round}`;
      const { plan: made } = (await actor.make(name, nat(7))) as Made;
      const reserved = await addressOf(actor, name);
      expect(free.slice(1)).toContain(reserved);
      expect(takeLease(bridge, made.mac, round % 2 === 0 ? duid() : undefined)).toBe(reserved);
      // Every other time the server has not told libvirt yet.
      if (round % 2 === 0) {
        const shown = await leasesUntil(actor, (leases) => leases.some(({ mac }) => mac === made.mac));
        expect(shown).toContainEqual(expect.objectContaining({ address: reserved, machine: name, network }));
      }
      await actor.ask('remove', { name });
      const left = await leasesUntil(actor, (leases) => leases.every(({ mac }) => mac !== made.mac));
      expect(left).toEqual([expect.objectContaining({ address: stale, mac: THEIR_OTHER_MAC })]);
      expect(left[0]).not.toHaveProperty('machine');
    }
    const xml = virsh('net-dumpxml', network);
    expect(xml).toContain(THEIR_MAC);
    expect(xml.match(/<host /g)).toHaveLength(2);
    expect(await actor.ask('warnings')).toEqual(expect.not.arrayContaining([expect.stringContaining('lease')]));

    // With a guest that takes its address, and then has the plug pulled.
    for (const name of ['guest1', 'guest2']) {
      await actor.boot(name, nat(7));
      const reserved = await addressOf(actor, name);
      await actor.ask('logs', { name, until: `hvkit-guest address ${reserved}` });
      await actor.ask('remove', { name });
    }
    const [lease, ...others] = await leasesUntil(actor, (leases) => leases.length === 1);
    expect([lease?.address, others]).toEqual([stale, []]);

    await actor.ask('release', { lease });
    expect(await actor.ask('leases')).toEqual([]);
    await actor.ask('release', { lease });
    await expect(actor.ask('release', { lease: { ...lease, network: 'default' } })).rejects.toMatchObject({
      code: 'ERR_KVM_NETWORK',
    });

    virsh('net-update', network, 'delete', 'ip-dhcp-host', theirs, '--live', '--config');
    await actor.ask('remove', { name: 'keeper' });
    expect(traces(actor.home)).toEqual([]);
  },
  LONG,
);

test('a network that is full says so, and has room again when a machine goes', async () => {
  await using actor = new Actor();
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (const name of names) await actor.make(name, nat(8));
  expect(new Set(await Promise.all(names.map((name) => addressOf(actor, name)))).size).toBe(names.length);
  await expect(actor.make('one-more', nat(8))).rejects.toMatchObject({
    code: 'ERR_ADDRESSES_EXHAUSTED',
  });
  await actor.ask('remove', { name: 'one-more' });
  await actor.ask('remove', { name: 'c' });
  await actor.make('f', nat(8));
  for (const name of [...names.filter((each) => each !== 'c'), 'f']) await actor.ask('remove', { name });
  expect(traces(actor.home)).toEqual([]);
});

/** What an administrator may set in a network of ours. */
function changeNetwork(name: string): string {
  const ours = virsh('net-dumpxml', '--inactive', name);
  const [, subnet] = /<ip address='([\d.]+)\.1'/.exec(ours) ?? [];
  const changed = ours
    .replace('<bridge ', "<mtu size='1400'/><dns><txt name='a' value='&quot;b&quot; &amp; c'/></dns><bridge ")
    .replace('</dhcp>', `<host mac='52:54:00:00:00:77' ip='${subnet}.77'/></dhcp>`);
  using folder = new Folder();
  const file = join(folder.path, 'network.xml');
  writeFileSync(file, changed);
  virsh('net-define', file);
  return virsh('net-dumpxml', '--inactive', name);
}

test.each([
  ["the home's own network", { mode: 'nat' }],
  ['one of a subnet that was asked for', { mode: 'nat', subnet: '10.213.10.0/24' }],
])('%s: a bridge that a killed libvirtd left is gone around, also later', async (_what, network) => {
  await using actor = new Actor();
  const name = `hvkit-${actor.home.id}${'subnet' in network ? '-10-213-10-0-24' : ''}`;
  const left: string[] = [];
  const leave = (bridge: string): void => {
    execFileSync('ip', ['link', 'add', bridge, 'type', 'bridge']);
    left.push(bridge);
  };
  leave(bridgeName(name, 0));
  try {
    await actor.make('dev', { network });
    await actor.make('other', { network });
    expect(virsh('net-dumpxml', name).match(/<host .*>/g)).toHaveLength(2);
    expect(virsh('net-info', name)).toContain(bridgeName(name, 1));
    // As after a restart of the host, but for the bridge.
    virsh('net-destroy', name);
    const changed = changeNetwork(name);
    leave(bridgeName(name, 1));
    await actor.ask('start', { name: 'dev' });
    expect(virsh('net-info', name)).toContain(bridgeName(name, 2));
    expect(virsh('net-dumpxml', '--inactive', name)).toBe(changed.replace(bridgeName(name, 1), bridgeName(name, 2)));
    // With something of somebody else's in it the network would stay.
    const [theirs = ''] = /<host mac='52:54:00:00:00:77'.*>/.exec(changed) ?? [];
    virsh('net-update', name, 'delete', 'ip-dhcp-host', theirs, '--live', '--config');
    for (const machine of ['dev', 'other']) {
      expect(await actor.ask('read', { name: machine })).toEqual(
        expect.not.arrayContaining([expect.objectContaining({ status: 'drifted' })]),
      );
      await actor.ask('remove', { name: machine });
    }
  } finally {
    for (const bridge of left) execFileSync('ip', ['link', 'delete', bridge]);
  }
  expect(traces(actor.home)).toEqual([]);
});

test('a subnet that a bridge has which a killed libvirtd left: an empty network takes another, one with machines tells', async () => {
  await using actor = new Actor();
  const name = `hvkit-${actor.home.id}`;
  await actor.make('dev', { network: { mode: 'nat' } });
  const xml = virsh('net-dumpxml', '--inactive', name).replace(/<host .*>/, '');
  const [, host = ''] = /<ip address='([\d.]+)'/.exec(xml) ?? [];
  const bridge = bridgeName(name, 1);
  virsh('net-destroy', name);
  execFileSync('ip', ['link', 'add', bridge, 'type', 'bridge']);
  execFileSync('ip', ['address', 'add', `${host}/24`, 'dev', bridge]);
  execFileSync('ip', ['link', 'set', bridge, 'up']);
  try {
    await expect(actor.ask('start', { name: 'dev' })).rejects.toMatchObject({
      code: 'ERR_SUBNET',
      message: `The subnet of the network ${name} is in use by the interface ${bridge}`,
    });
    await actor.ask('remove', { name: 'dev' });

    // As a create leaves it that did not come farther.
    using folder = new Folder();
    const file = join(folder.path, 'network.xml');
    writeFileSync(file, xml);
    virsh('net-define', file);
    await actor.make('other', { network: { mode: 'nat' } });
    expect(virsh('net-dumpxml', name)).not.toContain(host);
    await actor.ask('remove', { name: 'other' });
  } finally {
    execFileSync('ip', ['link', 'delete', bridge]);
  }
  expect(traces(actor.home)).toEqual([]);
});

test('what somebody else has, a bridge of that name or the subnet, is gone around', async () => {
  await using actor = new Actor();
  const network = `hvkit-${actor.home.id}`;
  const taken = bridgeName(network, 0);
  execFileSync('ip', ['link', 'add', taken, 'type', 'bridge']);
  execFileSync('ip', ['address', 'add', '10.213.9.1/24', 'dev', taken]);
  execFileSync('ip', ['link', 'set', taken, 'up']);
  try {
    await actor.make('dev', { network: { mode: 'nat' } });
    expect(virsh('net-info', network)).toContain(bridgeName(network, 1));
    await expect(actor.make('no', { network: { mode: 'nat', subnet: '10.213.9.0/24' } })).rejects.toMatchObject({
      code: 'ERR_SUBNET',
      message: expect.stringContaining(taken) as string,
    });
    await actor.ask('remove', { name: 'dev' });
  } finally {
    execFileSync('ip', ['link', 'delete', taken]);
  }
  expect(traces(actor.home)).toEqual([]);
});
