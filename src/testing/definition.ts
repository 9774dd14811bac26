import assert from 'node:assert/strict';

import { expectation, type Expectation } from './expectation';

export const definition: readonly Expectation[] = [
  expectation('its definition is whole', async ({ definition: { name, aliases, platforms }, hvkit }) => {
    for (const each of [name, ...aliases]) assert.match(each, /^[a-z][a-z0-9-]*$/);
    assert.equal(new Set([name, ...aliases]).size, aliases.length + 1, 'a name is there twice');
    assert.ok(platforms.includes(process.platform), 'it is for other systems');
    const bare = (await hvkit.driverOptions(name)).filter(({ description }) => !description);
    assert.deepEqual(
      bare.map((option) => option.name),
      [],
      'these options have no .describe()',
    );
  }),
  expectation('it works here', async ({ hvkit, definition: { name } }) => {
    const info = (await hvkit.drivers()).find((each) => each.name === name);
    assert.ok(info);
    const { installed, healthy, reason } = info.health;
    assert.deepEqual({ installed, healthy, reason }, { installed: true, healthy: true, reason: undefined });
  }),
];
