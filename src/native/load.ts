import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { currentHost, type Host } from './host';
import { loadFailed, notFound, type Attempt } from './load-error';

export type AddonName = 'libvirt' | 'hyperkit' | 'vmnet';

export interface LoaderOptions {
  /** The package's folder, which holds prebuilds/ and build/. */
  root?: string;
  host?: Host;
  /** Loads a file that is there, or throws what the dynamic linker said. */
  open?: (file: string) => unknown;
}

/** src/native in a checkout and dist/native in the published package are equally deep. */
const PACKAGE_ROOT = join(__dirname, '..', '..');

/**
 * Makes a function that loads an addon of this package: the prebuilt binary, or the one built on this machine.
 * A prebuilt binary that does not load gives way to a local build, because building is what its error tells to do.
 */
export function createLoader({
  root = PACKAGE_ROOT,
  host = currentHost,
  open = createRequire(__filename),
}: LoaderOptions = {}): <T>(name: AddonName) => T {
  return <T>(name: AddonName): T => {
    const candidates = candidatesOf(name, root, host);
    const present = candidates.filter((file) => existsSync(file));
    const failed: Attempt[] = [];
    for (const file of present) {
      try {
        return open(file) as T;
      } catch (error) {
        failed.push({ file, error });
      }
    }
    const last = failed.at(-1);
    throw last ? loadFailed(name, root, host, failed, last) : notFound(name, root, host, candidates);
  };
}

export const loadAddon = createLoader();

function candidatesOf(name: AddonName, root: string, host: Host): string[] {
  const prebuild = join(root, 'prebuilds', `${host.platform}-${host.arch}`, `${name}.node`);
  const build = join(root, 'build', 'Release', `${name}.node`);
  // The prebuilt binaries are linked against glibc. With a compatibility layer musl may load one, and crash in it later.
  return host.libc === 'musl' ? [build] : [prebuild, build];
}
