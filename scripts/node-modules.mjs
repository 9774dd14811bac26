// Brings node_modules to what package-lock.json says, with `npm ci`; where it is that already, nothing happens.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

if (!isAsLocked()) {
  // No package of these needs to run anything when it is installed.
  const options = ['--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', ['ci', ...options], { cwd: ROOT, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

/** npm writes down what it installed, without what is for other platforms. */
function isAsLocked() {
  const installed = packagesIn(join('node_modules', '.package-lock.json'));
  if (!installed) return false;
  const { '': _root, ...locked } = packagesIn('package-lock.json');
  return (
    Object.keys(installed).every((path) => path in locked) &&
    Object.entries(locked).every(([path, { integrity, optional }]) =>
      path in installed ? installed[path].integrity === integrity : optional,
    )
  );
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(join(ROOT, file), 'utf8')).packages;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  }
}
