import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Hvkit } from '../../src/machines/hvkit';
import type { MachineEvent } from '../../src/machines/event';
import { scratch } from './machine';

jest.setTimeout(10 * 60 * 1000);

const image = join(process.env['HVKIT_LAB_IMAGES'] ?? '', 'micro', 'x86_64-lab');

function virsh(...args: string[]): string[] {
  const text = execFileSync('virsh', ['-c', 'qemu:///system', ...args], { encoding: 'utf8' });
  return text.split('\n').filter((line) => line !== '');
}

test('events, ls, doctor, repair, leases and purge of a home with two guests', async () => {
  const home = join(scratch(), 'a home');
  const warnings: string[] = [];
  await using hv = new Hvkit({ home, onWarning: (message) => warnings.push(message) });
  const end = new AbortController();
  using _ = {
    [Symbol.dispose]: () => {
      end.abort();
    },
  };
  const events: MachineEvent[] = [];
  const told = (async () => {
    for await (const event of hv.events({ signal: end.signal })) events.push(event);
  })();
  const [one, two] = await Promise.all(['one', 'two'].map((name) => hv.create({ name, image, network: 'nat' })));
  expect(await hv.list()).toMatchObject([
    { name: 'one', state: 'Running', address: await one!.address() },
    { name: 'two', state: 'Running', address: await two!.address() },
  ]);
  expect(await hv.doctor()).toEqual([]);

  await two!.kill();
  const domain = two!.plan['domain'] as string;
  virsh('undefine', domain);
  expect(await hv.list()).toMatchObject([{ name: 'one' }, { name: 'two', state: 'Error' }]);
  expect(await hv.doctor()).toMatchObject([{ kind: 'missing', machine: 'two', resource: 'domain' }]);
  expect(await hv.repair()).toMatchObject([{ kind: 'missing', mended: true }]);
  expect(await hv.doctor()).toEqual([]);

  // A file that nobody can read any more is mended by its owner: until then nothing of that machine's is touched.
  const file = join(two!.folder, 'machine.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, '{');
  expect(await hv.repair()).toMatchObject([{ kind: 'machine', machine: 'two', mended: false }]);
  expect(virsh('list', '--all', '--name')).toContain(domain);
  writeFileSync(file, text);
  expect(await hv.doctor()).toEqual([]);

  // A folder that somebody deleted: what is left of its machine is an orphan, and its lease is of no machine.
  rmSync(two!.folder, { recursive: true });
  expect(await hv.doctor()).toContainEqual(expect.objectContaining({ kind: 'orphan', driver: 'kvm' }));
  const stale = await hv.leases.prune();
  expect(stale.map(({ machine }) => machine)).not.toContain('one');
  expect((await hv.repair()).map(({ kind, mended }) => [kind, mended])).toContainEqual(['orphan', true]);
  expect(virsh('list', '--all', '--name')).not.toContain(domain);
  expect(await hv.doctor()).toEqual([]);
  expect(await hv.leases.prune({ dryRun: true })).toEqual([]);
  expect(await one!.state()).toBe('Running');

  await hv.purge();
  for (const kind of ['list', 'net-list', 'pool-list']) expect(virsh(kind, '--all', '--name')).toEqual([]);
  expect(await hv.list()).toEqual([]);
  expect(existsSync(one!.folder)).toBe(false);
  end.abort();
  await told;
  const of = (name: string) =>
    events
      .filter(({ machine }) => machine === name)
      .map((event) => (event.event === 'state' ? event.state : event.event));
  expect(of('one').at(0)).toBe('created');
  expect(of('one')).toContain('Running');
  expect(of('one').at(-1)).toBe('removed');
  expect(of('two')).toEqual(expect.arrayContaining(['created', 'Running', 'Stopped', 'removed']));
});
