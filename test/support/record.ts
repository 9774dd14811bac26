import { randomUUID } from 'node:crypto';

import type { MachineRecord } from '../../src/machines/machine-file';

/** A machine's record as it is when a machine was made. */
export function recordOf(name: string, fields: Partial<MachineRecord> = {}): MachineRecord {
  return {
    schema: 1,
    name,
    uuid: randomUUID(),
    driver: 'file',
    created: '2026-01-02T03:04:05.678Z',
    phase: 'ready',
    spec: {
      cpus: 2,
      memory: 1024,
      disk: 20 * 2 ** 30,
      image: 'micro',
      publish: [],
      shares: [],
      accel: 'auto',
      autostart: false,
      options: {},
    },
    image: { name: 'micro', digest: 'd'.repeat(64), arch: 'x86_64', user: 'hvkit', init: 'micro' },
    plan: {},
    resources: {},
    ...fields,
  };
}
