import { z } from 'zod';

import { kvm } from '../../../src/drivers/kvm';
import { driverOptionsOf } from '../../../src/machines/driver-options';

test('an option of a driver is a flag, a variable and a setting', () => {
  expect(driverOptionsOf(kvm)).toEqual(
    expect.arrayContaining([
      {
        name: 'cacheMode',
        flag: '--kvm-cache-mode',
        variable: 'KVM_CACHE_MODE',
        setting: 'kvm.cacheMode',
        description: expect.stringMatching(/^disk cache/) as string,
        type: 'string',
        choices: ['default', 'none', 'writethrough', 'writeback', 'directsync', 'unsafe'],
        default: 'default',
      },
      expect.objectContaining({ flag: '--kvm-boot2docker-url', variable: 'KVM_BOOT2DOCKER_URL', type: 'string' }),
      expect.objectContaining({ flag: '--kvm-disk-size', type: 'number' }),
    ]),
  );
});

test('wherever the schema describes it', () => {
  const options = z.strictObject({
    inside: z.string().describe('said first').optional(),
    turned: z.boolean().default(true).describe('said last'),
    weight: z.number().min(1),
  });
  expect(driverOptionsOf({ ...kvm, name: 'my-own', options })).toEqual([
    {
      name: 'inside',
      flag: '--my-own-inside',
      variable: 'MY_OWN_INSIDE',
      setting: 'my-own.inside',
      description: 'said first',
      type: 'string',
    },
    {
      name: 'turned',
      flag: '--my-own-turned',
      variable: 'MY_OWN_TURNED',
      setting: 'my-own.turned',
      description: 'said last',
      type: 'boolean',
      default: true,
    },
    {
      name: 'weight',
      flag: '--my-own-weight',
      variable: 'MY_OWN_WEIGHT',
      setting: 'my-own.weight',
      description: '',
      type: 'number',
    },
  ]);
});

test('every option of kvm says what it is for', () => {
  for (const { description } of driverOptionsOf(kvm)) expect(description).toMatch(/\w/);
});
