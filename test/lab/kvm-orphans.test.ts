import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Actor, STRANGER } from './actor';
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
