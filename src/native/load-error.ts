import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { HvError } from '../errors';
import { describeHost, packageManagerOf, type Host, type PackageManager } from './host';

/** A file that was there and did not load, and what the dynamic linker said. */
export interface Attempt {
  file: string;
  error: unknown;
}

type Packages = Readonly<Record<PackageManager, string>>;

/** What brings the shared libraries, for a prebuilt binary to run. */
const LIBVIRT: Packages = {
  apt: 'sudo apt-get install libvirt0',
  dnf: 'sudo dnf install libvirt-libs',
  pacman: 'sudo pacman -S libvirt',
  apk: 'apk add libvirt-libs',
  brew: 'brew install libvirt',
};

/** What brings the headers and a compiler, for a build on this machine. */
const BUILD_TOOLS: Packages = {
  apt: 'sudo apt-get install g++ make python3 libvirt-dev',
  dnf: 'sudo dnf install gcc-c++ make python3 libvirt-devel',
  pacman: 'sudo pacman -S base-devel python libvirt',
  apk: 'apk add g++ make python3 libvirt-dev linux-headers',
  brew: 'brew install libvirt',
};

export function notFound(name: string, root: string, host: Host, lookedFor: readonly string[]): HvError {
  return new HvError({
    code: 'ERR_ADDON_NOT_FOUND',
    message: `The native addon "${name}" was not found for this platform (${describeHost(host)}). Looked for:${list(lookedFor)}`,
    hint: [...muslNote(host), buildIt(root), buildTools(host)].join('\n'),
  });
}

/** `last` is what a user's own build said, if there is one, and so tells best what stands in the way now. */
export function loadFailed(
  name: string,
  root: string,
  host: Host,
  attempts: readonly Attempt[],
  last: Attempt,
): HvError {
  const tried = list(attempts.map(({ file, error }) => `${file}: ${textOf(error)}`));
  const { code, message, hint } = diagnose(name, root, host, last);
  return new HvError({
    code,
    message: `${message} (${describeHost(host)}). Tried:${tried}`,
    hint,
    cause: last.error,
  });
}

interface Diagnosis {
  code: string;
  message: string;
  hint: string;
}

function diagnose(name: string, root: string, host: Host, { file, error }: Attempt): Diagnosis {
  const text = textOf(error);
  const build = [buildIt(root), buildTools(host)];

  const library = missingLibrary(text, file);
  if (library && /(^|\/)libvirt(-[a-z]+)?\.(so\b|[\d.]*dylib$)/.test(library)) {
    return {
      code: 'ERR_LIBVIRT_MISSING',
      message: `libvirt is not installed: the addon "${name}" needs ${library}`,
      hint: install('Install libvirt', LIBVIRT, host),
    };
  }
  const version = missingVersion(text);
  if (version) {
    return {
      code: 'ERR_ADDON_INCOMPATIBLE',
      message: `The addon "${name}" needs ${version.needed}, and this system's ${version.provider} is older`,
      hint: [`Upgrade ${version.provider} to ${version.needed} or newer, or build the addon here.`, ...build].join(
        '\n',
      ),
    };
  }
  const symbol = missingSymbol(text);
  if (symbol) {
    const provider = symbol.startsWith('vir') ? 'libvirt' : symbol.startsWith('napi_') ? 'Node.js' : 'C or C++ library';
    return {
      code: 'ERR_ADDON_INCOMPATIBLE',
      message: `The addon "${name}" needs the function ${symbol}, which this system's ${provider} does not have`,
      hint: [`Upgrade ${provider}, or build the addon here.`, ...build].join('\n'),
    };
  }
  if (isOfAnotherPlatform(text, file)) {
    return {
      code: 'ERR_ADDON_INCOMPATIBLE',
      message: `The addon "${name}" was built for another platform or processor`,
      hint: ['Install the package again on this machine, or build the addon here.', ...build].join('\n'),
    };
  }
  return {
    code: 'ERR_ADDON_LOAD',
    message: `The addon "${name}" could not be loaded`,
    hint: library ? `Install what brings ${library}, or build the addon here.\n${build.join('\n')}` : build.join('\n'),
  };
}

/** glibc, musl and dyld each say it in their own way. */
function missingLibrary(text: string, file: string): string | undefined {
  const library =
    /^(\S+): cannot open shared object file/m.exec(text) ??
    /Error loading shared library (\S+):/.exec(text) ??
    /Library not loaded: (\S+)/.exec(text);
  return library?.[1] === file ? undefined : library?.[1];
}

const PROVIDERS: Readonly<Record<string, string>> = {
  GLIBC: 'glibc',
  GLIBCXX: 'libstdc++',
  CXXABI: 'libstdc++',
  GCC: 'libgcc',
  LIBVIRT: 'libvirt',
  LIBVIRT_QEMU: 'libvirt',
};

function missingVersion(text: string): { needed: string; provider: string } | undefined {
  const match = /version [`']([A-Z_]+)_([\d.]+)' not found/.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  const provider = PROVIDERS[match[1]] ?? match[1];
  // libstdc++ numbers its symbols in a way that nobody knows it by.
  const needed =
    provider === 'libstdc++' || provider === 'libgcc' ? `${match[1]}_${match[2]}` : `${provider} ${match[2]}`;
  return { needed, provider };
}

function missingSymbol(text: string): string | undefined {
  const match =
    /undefined symbol: (\w+)/.exec(text) ??
    /Error relocating \S+: (\w+): symbol not found/.exec(text) ??
    /[Ss]ymbol not found(?: in flat namespace)?[: (]+'?_?(\w+)/.exec(text);
  return match?.[1];
}

function isOfAnotherPlatform(text: string, file: string): boolean {
  // glibc says "no such file" of a file that is there when it is for another processor.
  return (
    /wrong ELF class|invalid ELF header|Exec format error|not a mach-o file|incompatible architecture/i.test(text) ||
    text.startsWith(`${file}: cannot open shared object file: No such file`)
  );
}

function buildIt(root: string): string {
  const command = isCheckout(root) ? 'npm run build' : `npx node-gyp rebuild --directory "${root}"`;
  return `Build it on this machine: ${command}`;
}

function buildTools(host: Host): string {
  return install('That needs a C++17 compiler, make, Python 3 and the headers of libvirt', BUILD_TOOLS, host);
}

/** Names this system's command; all of them if the system is not known. */
function install(what: string, packages: Packages, host: Host): string {
  const own = packageManagerOf(host);
  const managers = (Object.keys(packages) as PackageManager[]).filter((manager) => manager !== own);
  const rest = managers.map((manager) => packages[manager]).join(' | ');
  return own ? `${what}: ${packages[own]}\n(elsewhere: ${rest})` : `${what}: ${rest}`;
}

function muslNote(host: Host): string[] {
  return host.libc === 'musl'
    ? ['The prebuilt binaries are for glibc; this system has musl, so build the addon here.']
    : [];
}

/** The published package has no sources in TypeScript. */
function isCheckout(root: string): boolean {
  return existsSync(join(root, 'tsconfig.json'));
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `\n  ${line}`).join('');
}

/** An error of another realm, which is what a test runner hands over, fails instanceof. */
function textOf(error: unknown): string {
  const isError = typeof error === 'object' && error !== null && 'message' in error;
  return isError && typeof error.message === 'string' ? error.message : String(error);
}
