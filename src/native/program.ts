import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { currentHost } from './host';

/** As deep as the loader of the addons, whose folders the programs lie in too. */
const PACKAGE_ROOT = join(__dirname, '..', '..');

/** A program that comes with this package: the prebuilt one, or the one built on this machine. Undefined: there is none here. */
export function ownProgram(name: string, root = PACKAGE_ROOT): string | undefined {
  const { platform, arch } = currentHost;
  return [join(root, 'prebuilds', `${platform}-${arch}`, name), join(root, 'build', 'Release', name)].find((file) =>
    existsSync(file),
  );
}
