import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DRIVER_OPTIONS } from '../../../src/cli/completion/driver-options';
import { Hvkit } from '../../../src/machines/hvkit';
import { Folder } from '../../support/folder';

const ROOT = join(__dirname, '..', '..', '..');
const FILE = join(ROOT, 'src', 'cli', 'completion', 'driver-options.ts');

const HEAD = `import type { DriverOption } from '../../index';

/** Written by \`npm run docs\`. To ask a driver costs the loading of it, and completion is asked for whenever a shell starts. */
export const DRIVER_OPTIONS: readonly DriverOption[] = `;

test('completion knows the flags of the driver kvm as they are: npm run docs writes them', async () => {
  using folder = new Folder();
  const options = await new Hvkit({ home: folder.path, env: {} }).driverOptions('kvm');
  if (process.env['WRITE_DOCS']) {
    writeFileSync(FILE, `${HEAD}${JSON.stringify(options)};\n`);
    execFileSync(process.execPath, [join(ROOT, 'node_modules/prettier/bin/prettier.cjs'), '--write', FILE]);
    return;
  }
  expect(DRIVER_OPTIONS).toEqual(options);
});
