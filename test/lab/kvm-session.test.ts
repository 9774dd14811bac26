import { Actor, STRANGER } from './actor';

test('session: from nothing to a running guest, and back to nothing', async () => {
  await using actor = new Actor({ identity: STRANGER });
  const name = 'one';
  const { plan } = await actor.make(name);
  expect(plan).toMatchObject({ target: { kind: 'session' }, network: { mode: 'user' }, accel: 'tcg' });
  expect(await actor.ask('states', { names: [name] })).toEqual([{ state: 'Stopped' }]);

  await actor.ask('watch', { name });
  await actor.ask('start', { name });
  expect(await actor.ask('until', { name, state: 'Running' })).toHaveLength(1);
  expect(await actor.ask('states', { names: [name] })).toEqual([{ state: 'Running' }]);
  expect(await actor.ask('address', { name })).toMatchObject({ host: '127.0.0.1', guest: '10.0.2.15' });
  await actor.ask('stop', { name, graceMs: 1000 });
  expect(await actor.ask('states', { names: [name] })).toEqual([{ state: 'Stopped' }]);
  await actor.ask('remove', { name });
});
