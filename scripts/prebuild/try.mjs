// Loads what was built where a user would: with Node's own binary for that platform, on the libraries of an old release
// and of new ones. Another processor's are run by QEMU's user mode.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { ROOT, WORK } from './build.mjs';
import { unpack } from './debian.mjs';
import { nodeBinary } from './node-binary.mjs';
import { requirePrograms, run } from './run.mjs';
import { Failure, HOST } from './targets.mjs';

const RELEASES = ['bullseye', 'bookworm', 'trixie'];

export function tryOut(target, binaries) {
  const { name, debian, emulator } = target;
  if (!debian) throw new Failure(`--try runs Linux binaries; there is nothing to run ${name} with.`);
  const foreign = name !== HOST;
  if (foreign) requirePrograms({ [emulator]: 'qemu-user-static' });

  const stage = stagePackage(name, binaries);
  const node = nodeBinary('20', name);
  const program = [join(import.meta.dirname, 'first-steps.cjs'), join(stage, 'dist', 'native')];
  for (const release of RELEASES) {
    const packages = ['libvirt0', 'libstdc++6', 'libatomic1'];
    const userland = unpack(
      join(WORK, `userland-${release}-${debian.arch}`),
      [{ release, arch: debian.arch, packages, withDependencies: true }],
      join(WORK, 'apt'),
    );
    const said = foreign
      ? run(emulator, ['-L', userland, node, ...program])
      : run(join(userland, 'lib64', debian.linker), [
          '--library-path',
          librariesOf(userland, debian.triple),
          node,
          ...program,
        ]);
    console.log(`  on ${release}: ${said.trim()}`);
  }
}

function librariesOf(userland, triple) {
  return [join(userland, 'lib', triple), join(userland, 'usr', 'lib', triple)].join(':');
}

/** The package as it will be, but with this one binary only. */
function stagePackage(name, binaries) {
  const stage = join(WORK, 'try', name);
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(stage, 'package.json'));
  cpSync(binaries, join(stage, 'prebuilds', name), { recursive: true });
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  run(process.execPath, [tsc, '--project', ROOT, '--outDir', join(stage, 'dist')]);
  return stage;
}
