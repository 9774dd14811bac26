import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { machineFile } from '../../src/machines/machine-schema';
import { machineFileShape } from '../../src/machines/machine-shape';
import { fits } from '../../src/shape';
import { recordOf } from '../support/record';

const ROOT = join(__dirname, '..', '..');

test('the shapes are those of the schemas', () => {
  const script = join(ROOT, 'scripts', 'generate-shapes.mjs');
  const texts = JSON.parse(execFileSync(process.execPath, [script, '--stdout'], { encoding: 'utf8' })) as object;
  expect(Object.keys(texts).length).toBeGreaterThan(1);
  for (const [path, text] of Object.entries(texts)) expect(readFileSync(join(ROOT, path), 'utf8')).toBe(text);
});

const whole = JSON.parse(
  JSON.stringify(
    recordOf('dev', {
      spec: {
        ...recordOf('dev').spec,
        network: { mode: 'nat', subnet: '192.168.90.0/24' },
        publish: [{ host: 8080, guest: 80, protocol: 'tcp' }],
        shares: [{ host: '/a', guest: '/b', readOnly: true }],
        options: { some: [1, 'two', null, { three: true }] },
      },
      plan: { some: 'plan' },
      resources: { disk: { kind: 'disk', state: 'ready', properties: { path: '/a' } } },
      address: { host: '127.0.0.1', sshPort: 22 },
    }),
  ),
) as unknown;

test('a machine as it is written fits', () => {
  expect(fits(machineFileShape, whole)).toBe(true);
});

/** Every value with one place in it left out, or replaced by each of these. */
function* damaged(value: unknown, replacements: readonly unknown[]): Generator {
  yield* replacements;
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    const copy = (): Record<string, unknown> => structuredClone(value) as Record<string, unknown>;
    const { [key]: old, ...rest } = copy();
    if (!Array.isArray(value)) yield rest;
    for (const each of damaged(old, replacements)) {
      const changed = Array.isArray(value) ? [...(value as unknown[])] : copy();
      Reflect.set(changed, key, each);
      yield changed;
    }
  }
  if (!Array.isArray(value)) yield { ...value, more: 1 };
}

test('what fits, the schema lets through as it is', () => {
  const replacements = [null, true, '', 'text', 0, -1, 1.5, 2 ** 60, [], ['text'], {}, { mode: 'user' }];
  let fitting = 0;
  let refused = 0;
  for (const each of damaged(whole, replacements)) {
    if (!fits(machineFileShape, each)) {
      refused += 1;
      continue;
    }
    fitting += 1;
    expect(machineFile.parse(each)).toEqual(each);
  }
  expect(fitting).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(500);
});

test('what the schema would change does not fit', () => {
  const { publish: _none, ...spec } = recordOf('dev').spec;
  expect(fits(machineFileShape, { ...(whole as object), spec })).toBe(false);
  const hidden = JSON.parse('{"__proto__": {"kind": "disk", "state": "ready", "properties": {}}}') as object;
  expect(fits(machineFileShape, { ...(whole as object), resources: hidden })).toBe(false);
});
