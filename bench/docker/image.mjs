import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Among the images that homes are given. It is linked: a copy would take seconds, and some hundred megabytes. */
export function linkImage() {
  const folder = join(process.env.HVKIT_LAB_IMAGES, 'docker');
  mkdirSync(folder, { recursive: true });
  symlinkSync(imageFolder(), join(folder, 'x86_64-lab'));
}

/** The ordinary docker client: that of the package which the image was made of. */
export function dockerClient(bench) {
  const folder = join(bench.folder, 'client');
  const packages = join(imageFolder(), '..', 'packages');
  rmSync(folder, { recursive: true, force: true });
  const file = readdirSync(packages).find((name) => name.startsWith('docker.io_'));
  execFileSync('dpkg-deb', ['--extract', join(packages, file), folder]);
  return join(folder, 'usr', 'bin', 'docker');
}

function imageFolder() {
  return realpathSync(process.env.HVKIT_LAB_DOCKER);
}
