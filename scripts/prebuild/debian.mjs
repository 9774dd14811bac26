// Debian packages of a release and an architecture of our choice, in a folder of their own: apt resolves, downloads and
// verifies them, and the system that this runs on keeps its packages, its sources and its architectures as they are.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';

import { requirePrograms, run } from './run.mjs';
import { Failure } from './targets.mjs';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** A release moves from the first to the second when its support ends. */
const MIRRORS = ['http://deb.debian.org/debian', 'http://archive.debian.org/debian'];

/**
 * Unpacks packages into `folder`, once: the folder is kept for as long as it is asked for the same packages.
 * @param sets what to unpack: of which release and architecture, and whether with everything that it depends on
 */
export function unpack(folder, sets, work) {
  const mark = join(folder, '.made-of');
  const wanted = createHash('sha256').update(JSON.stringify(sets)).digest('hex');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return folder;

  requirePrograms({ 'apt-get': 'apt', 'dpkg-deb': 'dpkg' });
  if (!existsSync(KEYRING)) {
    throw new Failure(
      `The key ring of Debian is not on this machine (${KEYRING}). apt-get install debian-archive-keyring`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  for (const set of sets) {
    const apt = join(work, `${set.release}-${set.arch}`);
    for (const deb of download(set, apt)) run('dpkg-deb', ['-x', deb, fresh]);
    rmSync(apt, { recursive: true, force: true });
  }
  pointInside(fresh);
  mergeUsr(fresh);
  writeFileSync(join(fresh, '.made-of'), wanted);
  renameSync(fresh, folder);
  return folder;
}

function download({ release, arch, packages, withDependencies }, root) {
  const config = prepare(root, release, arch);
  const archives = join(root, 'cache', 'archives');
  rmSync(archives, { recursive: true, force: true });
  mkdirSync(join(archives, 'partial'), { recursive: true });
  const env = { ...process.env, APT_CONFIG: config, DEBIAN_FRONTEND: 'noninteractive' };
  if (withDependencies) {
    run('apt-get', ['install', '--yes', '--download-only', '--no-install-recommends', ...packages], { env });
  } else {
    run('apt-get', ['download', ...packages], { env, cwd: archives });
  }
  return readdirSync(archives)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(archives, name));
}

/** An apt that knows one release and one architecture, believes that nothing is installed, and keeps to its folder. */
function prepare(root, release, arch) {
  const config = join(root, 'apt.conf');
  for (const folder of ['etc', 'state/lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  writeFileSync(join(root, 'state', 'status'), '');
  // Of the system's own configuration only the way to the network is taken over, never its hooks.
  const network = run('apt-config', ['dump', 'Acquire']);
  const own = {
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': '/dev/null',
    'Dir::Etc::sourcelist': join(root, 'etc', 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::State': join(root, 'state'),
    'Dir::State::status': join(root, 'state', 'status'),
    'Dir::Cache': join(root, 'cache'),
    'APT::Architecture': arch,
    'APT::Architectures': arch,
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  };
  const lines = Object.entries(own).map(([key, value]) => `${key} "${value}";`);
  writeFileSync(config, `${network}\n#clear APT::Architectures;\n${lines.join('\n')}\n`);

  const refusals = [];
  for (const mirror of process.env.DEBIAN_MIRROR ? [process.env.DEBIAN_MIRROR] : MIRRORS) {
    writeFileSync(join(root, 'etc', 'sources.list'), `deb [signed-by=${KEYRING}] ${mirror} ${release} main\n`);
    try {
      run('apt-get', ['update', '--error-on=any'], { env: { ...process.env, APT_CONFIG: config } });
      return config;
    } catch (error) {
      refusals.push(error.message);
    }
  }
  throw new Failure(`Debian ${release} for ${arch} could not be reached:\n${refusals.join('\n')}`);
}

/** Absolute links in a package mean the root that it is installed to; unpacked elsewhere they would name this system's. */
function pointInside(root, folder = root) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) pointInside(root, path);
    if (!entry.isSymbolicLink()) continue;
    const to = readlinkSync(path);
    if (!to.startsWith('/')) continue;
    unlinkSync(path);
    symlinkSync(relative(folder, join(root, to)), path);
  }
}

/** Newer releases keep everything below /usr, and the links that an installed system has come with no package. */
function mergeUsr(root) {
  for (const name of ['lib', 'lib64']) {
    if (!existsSync(join(root, name)) && existsSync(join(root, 'usr', name))) {
      symlinkSync(join('usr', name), join(root, name));
    }
  }
}
