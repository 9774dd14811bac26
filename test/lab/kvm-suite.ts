import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Capabilities } from '../../src/driver';
import { kvm } from '../../src/drivers/kvm';
import { lifecycleSuite } from '../../src/testing';
import { traces } from './traces';

/** The suite that every driver has to pass, in one of kvm's networks; `without` is what there cannot be in it. */
export function kvmSuite(network: string, without: (keyof Capabilities)[]): void {
  lifecycleSuite({
    definition: kvm,
    run: { test, after: afterAll },
    label: `kvm, system + ${network}`,
    request: { image: microFolder(), cpus: 1, memory: '512M', disk: '1G', network },
    without,
    remains: traces,
  });
}

/** hvkit's own small guest as an image's folder, which says that it reads its seed. */
function microFolder(): string {
  const made = join(process.env['HVKIT_LAB_IMAGES'] ?? '', 'micro', 'x86_64-lab');
  const folder = mkdtempSync('/var/lib/libvirt/micro-');
  for (const name of ['kernel', 'initrd']) symlinkSync(join(made, name), join(folder, name));
  const notes = { arch: 'x86_64', user: 'hvkit', init: 'micro', cmdline: 'quiet' };
  writeFileSync(join(folder, 'image.json'), JSON.stringify(notes));
  return folder;
}
