import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { bridgeName } from '../../src/drivers/kvm/names';
import { Actor, MEMBER, STRANGER } from './actor';
import { traces } from './traces';

const NAT = { network: { mode: 'nat' } };

test('what a lost machine leaves: found, and deleted, beside what others need', async () => {
  await using actor = new Actor();
  await using neighbour = new Actor();
  await neighbour.make('theirs', NAT);
  const { uuid } = await actor.make('lost', NAT);
  await actor.make('kept', NAT);
  expect(await actor.ask('orphans')).toEqual([]);

  await actor.ask('start', { name: 'lost' });
  await actor.ask('lose', { name: 'lost' });
  const stem = `lost-${uuid.slice(0, 8)}`;
  const at = 'on qemu:///system';
  expect(await actor.ask('deleteOrphans')).toEqual([
    `domain hvkit-${actor.home.id}-lost ${at}`,
    ...['-seed.iso', '.qcow2'].map((end) => expect.stringContaining(`${stem}${end} ${at}`) as string),
  ]);
  expect(await actor.ask('orphans')).toEqual([]);
  for (const reading of await actor.ask<object[]>('read', { name: 'kept' })) {
    expect(reading).toMatchObject({ status: 'ok' });
  }

  await actor.ask('lose', { name: 'kept' });
  expect(await actor.ask('deleteOrphans')).toEqual(
    expect.arrayContaining([`network hvkit-${actor.home.id} ${at}`, `storage pool hvkit-${actor.home.id} ${at}`]),
  );
  // An address that nobody needs any more was in the network: it went with it. So did the log that libvirt did not know of.
  expect(traces(actor.home).filter((trace) => !trace.endsWith('.log'))).toEqual([]);
  expect(await neighbour.ask('orphans')).toEqual([]);
  for (const reading of await neighbour.ask<object[]>('read', { name: 'theirs' })) {
    expect(reading).toMatchObject({ status: 'ok' });
  }
  await neighbour.ask('remove', { name: 'theirs' });
});

test('a machine whose file cannot be read may need anything: nothing of it, and nothing shared, is an orphan', async () => {
  await using actor = new Actor();
  await actor.make('dev', NAT);
  const file = join(actor.home.path, 'machines', 'dev', 'machine.json');
  writeFileSync(file, '{"driver": "kvm", ');
  await using other = new Actor({ home: actor.home });
  expect(await other.ask('orphans')).toEqual([]);
  await actor.ask('remove', { name: 'dev' });
  expect(traces(actor.home)).toEqual([]);
});

test.each([
  ['session', {}],
  ['embed', { options: { uri: 'embed' } }],
])('%s: what a lost machine leaves is found by a program that was never told of it', async (_, spec) => {
  const first = new Actor({ identity: STRANGER });
  await first.make('lost', spec);
  await first.ask('lose', { name: 'lost' });
  await first[Symbol.asyncDispose]();
  await using second = new Actor({ identity: STRANGER, home: first.home });
  const names = await second.ask<string[]>('deleteOrphans');
  expect(names[0]).toContain(`domain hvkit-${first.home.id}-lost`);
  expect(names.join()).toContain('base image');
  expect(await second.ask('orphans')).toEqual([]);
});

/** A DHCP server as libvirt would start it for a network. */
async function serve(network: string): Promise<AsyncDisposable & { pid: number; ended: Promise<unknown> }> {
  const configuration = `/var/lib/libvirt/dnsmasq/${network}.conf`;
  if (!existsSync(configuration)) writeFileSync(configuration, '');
  const words = ['--leasefile-ro', '--keep-in-foreground', '--port=0', '--pid-file=', '--log-facility=-'];
  const server = spawn('dnsmasq', [`--conf-file=${configuration}`, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(server, 'exit');
  // It says so when it serves.
  await once(server.stderr, 'data');
  server.stderr.resume();
  return {
    pid: server.pid ?? 0,
    ended,
    async [Symbol.asyncDispose]() {
      server.kill('SIGKILL');
      await ended;
    },
  };
}

const ip = (line: string): void => void execFileSync('ip', line.split(' '));

test('a bridge and a DHCP server that libvirt has forgotten: named with the command, and taken away by root', async () => {
  await using member = new Actor({ identity: MEMBER });
  await using neighbour = new Actor();
  await member.make('dev', NAT);
  await neighbour.make('theirs', NAT);
  expect(await member.ask('orphans')).toEqual([]);

  const network = `hvkit-${member.home.id}`;
  const bridge = bridgeName(network, 7);
  ip(`link add ${bridge} type bridge`);
  await using first = await serve(`${network}-10-9-8-0-24`);
  const { pid } = first;
  const at = 'on qemu:///system';
  const names = [`DHCP server ${pid} of the network ${network}-10-9-8-0-24 ${at}`, `bridge ${bridge} ${at}`];
  expect(await member.ask('orphans')).toEqual(names);
  expect(await neighbour.ask('orphans')).toEqual([]);
  await expect(member.ask('deleteOrphans')).rejects.toMatchObject({
    code: 'ERR_NEEDS_ROOT',
    hint: `sudo kill ${pid}`,
  });
  expect(await member.ask('orphans')).toEqual(names);

  await using root = new Actor({ home: member.home });
  // What somebody has plugged into it is theirs.
  ip('tuntap add port7 mode tap');
  ip(`link set port7 master ${bridge}`);
  await expect(root.ask('deleteOrphans')).rejects.toMatchObject({ code: 'ERR_KVM_CLAIMED' });
  await first.ended;
  ip('link delete port7');
  expect(await root.ask('deleteOrphans')).toEqual([names[1]]);
  expect(await root.ask('orphans')).toEqual([]);

  // An earlier server of a network that runs: the one that wrote last who it is, is libvirt's.
  const pidFile = `/run/libvirt/network/${network}.pid`;
  const current = readFileSync(pidFile);
  await using second = await serve(network);
  writeFileSync(pidFile, current);
  expect(await root.ask('deleteOrphans')).toEqual([`DHCP server ${second.pid} of the network ${network} ${at}`]);
  await second.ended;
  for (const [actor, name] of [[member, 'dev'] as const, [neighbour, 'theirs'] as const]) {
    for (const reading of await actor.ask<object[]>('read', { name })) expect(reading).toMatchObject({ status: 'ok' });
    await actor.ask('remove', { name });
    expect(traces(actor.home).filter((trace) => !trace.endsWith('.log'))).toEqual([]);
  }
});
