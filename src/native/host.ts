import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';

export type PackageManager = 'apt' | 'dnf' | 'pacman' | 'apk' | 'brew';

/** What decides whether an addon's binary can run here, and which command puts right what is missing. */
export interface Host {
  readonly platform: string;
  readonly arch: string;
  /** The Node.js version, as in process.version. */
  readonly node: string;
  /** The C library, where a system has more than one to choose from. */
  readonly libc: 'glibc' | 'musl' | undefined;
  /** Only asked for when an error is written: finding it out costs some milliseconds. */
  readonly libcVersion: string | undefined;
  /** The text of /etc/os-release, or '' where there is none. */
  readonly osRelease: string;
}

const OS_RELEASE = '/etc/os-release';

export const currentHost: Host = {
  platform: process.platform,
  arch: process.arch,
  node: process.version,
  get libc() {
    return process.platform === 'linux' ? libcOf(process.execPath) : undefined;
  },
  get libcVersion() {
    return reportedGlibcVersion();
  },
  get osRelease() {
    return existsSync(OS_RELEASE) ? readFileSync(OS_RELEASE, 'utf8') : '';
  },
};

/** One line for people: `linux-x64, glibc 2.36, Node v20.20.2`. */
export function describeHost(host: Host): string {
  const libc = host.libc && [host.libc, host.libcVersion].filter(Boolean).join(' ');
  return [`${host.platform}-${host.arch}`, libc, `Node ${host.node}`].filter(Boolean).join(', ');
}

/** The package manager this system is run with, or undefined where os-release does not say. */
export function packageManagerOf(host: Host): PackageManager | undefined {
  if (host.platform === 'darwin') return 'brew';
  for (const id of distributionsOf(host.osRelease)) {
    const manager = MANAGERS[id];
    if (manager) return manager;
  }
  return undefined;
}

const MANAGERS: Readonly<Record<string, PackageManager>> = {
  debian: 'apt',
  ubuntu: 'apt',
  fedora: 'dnf',
  rhel: 'dnf',
  centos: 'dnf',
  arch: 'pacman',
  alpine: 'apk',
};

/** ID first, then ID_LIKE from the closest relative to the farthest, as os-release(5) orders them. */
function distributionsOf(osRelease: string): string[] {
  const value = (key: string) => new RegExp(`^${key}=(["']?)(.*)\\1\\s*$`, 'm').exec(osRelease)?.[2] ?? '';
  return [value('ID'), ...value('ID_LIKE').split(/\s+/)].filter(Boolean);
}

/**
 * Node's own binary names the program interpreter that it was linked for in its first bytes. Looking for a file such as
 * /lib/ld-musl-x86_64.so.1 would mistake a glibc system on which musl is installed as well.
 */
export function libcOf(executable: string): 'glibc' | 'musl' {
  const head = Buffer.alloc(4096);
  const fd = openSync(executable, 'r');
  try {
    readSync(fd, head, 0, head.length, 0);
  } finally {
    closeSync(fd);
  }
  return head.includes('/ld-musl-') ? 'musl' : 'glibc';
}

function reportedGlibcVersion(): string | undefined {
  const report = process.report.getReport() as unknown as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime;
}
