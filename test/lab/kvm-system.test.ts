import { Actor, MEMBER, type Identity } from './actor';

describe.each<[string, Identity | undefined]>([
  ['root', undefined],
  ['a member of group libvirt', MEMBER],
])('system, as %s', (_, identity) => {
  test.each(['nat', 'user'])('%s: from nothing to a running guest, and back to nothing', async (mode) => {
    await using actor = new Actor(identity ? { identity } : {});
    const name = 'one';
    const { plan } = await actor.make(name, { network: { mode } });
    expect(plan).toMatchObject({ target: { kind: 'system' }, network: { mode }, storage: { kind: 'pool' } });
    await actor.ask('start', { name });
    expect(await actor.ask('states', { names: [name] })).toEqual([{ state: 'Running' }]);
    for (const reading of await actor.ask<object[]>('read', { name })) expect(reading).toMatchObject({ status: 'ok' });
    await actor.ask('stop', { name, graceMs: 1000 });
    await actor.ask('remove', { name });
  });
});
