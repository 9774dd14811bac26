import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { atDaemon, library } from '../libvirt/domains.mjs';

/** A home with so many machines, each of a domain that is defined and does not run. */
export async function homeWith(bench, count) {
  const { uri } = await atDaemon(bench, count);
  const home = join(bench.folder, `home-${count}`);
  rmSync(home, { recursive: true, force: true });
  const conn = await library(bench).connect(uri);
  for (const { name, uuid } of await conn.listAllDomains()) {
    const folder = join(home, 'machines', name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'machine.json'), JSON.stringify(record(uri, name, uuid)), { mode: 0o600 });
  }
  await conn.close();
  return { home, uri, machine: `bench-${count}` };
}

/** As `hvkit create` writes it. */
function record(uri, name, uuid) {
  const sizes = { cpus: 1, memory: 64, disk: 2 ** 30 };
  return {
    schema: 1,
    name,
    uuid,
    driver: 'kvm',
    created: '2026-01-02T03:04:05.678Z',
    phase: 'ready',
    spec: { ...sizes, image: 'micro', publish: [], shares: [], accel: 'tcg', autostart: false, options: {} },
    image: { name: 'micro', digest: '0', arch: 'x86_64', user: 'hvkit', init: 'micro' },
    plan: {
      schema: 1,
      target: { kind: 'system', uri, onDemand: false },
      domain: name,
      ...sizes,
      accel: 'tcg',
      machineType: 'q35',
      firmware: 'bios',
      cacheMode: 'default',
      mac: '52:54:00:00:00:01',
      network: { mode: 'user', restrict: false },
      storage: { kind: 'pool', name: 'bench', path: '/var/lib/libvirt/images' },
      user: 'hvkit',
    },
    resources: {},
  };
}
