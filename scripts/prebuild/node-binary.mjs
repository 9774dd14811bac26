#!/usr/bin/env node
// The Node.js releases that we promise to run on, as npm packages. `node-binary.mjs <major> [platform-arch]` prints a path.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { run } from './run.mjs';
import { Failure, HOST } from './targets.mjs';

const VERSIONS = {
  'linux-x64': { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0' },
  'linux-arm64': { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0' },
};

const CACHE = join(import.meta.dirname, '..', '..', 'build', 'node');

/** Downloads a release once and keeps it; two processes that do so at the same time do not disturb each other. */
export function nodeBinary(major, platform = HOST) {
  const version = VERSIONS[platform]?.[major];
  if (!version) throw new Failure(`No binary of Node ${major} for ${platform} is known here.`);
  const folder = join(CACHE, `${platform}-${version}`);
  const node = join(folder, 'bin', 'node');
  if (existsSync(node)) return node;

  mkdirSync(CACHE, { recursive: true });
  const fresh = mkdtempSync(join(CACHE, 'download-'));
  try {
    const name = `node-${platform}@${version}`;
    const [{ filename }] = JSON.parse(
      run('npm', ['pack', '--json', '--pack-destination', fresh, name], { cwd: fresh }),
    );
    run('tar', ['-xzf', join(fresh, filename), '-C', fresh]);
    chmodSync(join(fresh, 'package', 'bin', 'node'), 0o755);
    if (!existsSync(node)) renameSync(join(fresh, 'package'), folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return node;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [major, platform] = process.argv.slice(2);
  console.log(nodeBinary(major, platform));
}
