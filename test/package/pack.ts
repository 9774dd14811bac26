import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

/** Kept from run to run; what is made for one test only is in the system's folder for that, with no package above it. */
const WORK = join(ROOT, 'build', 'package');

export interface Packed {
  file: string;
  /** What npm says is in it. */
  files: { path: string; size: number }[];
  size: number;
  unpackedSize: number;
}

/**
 * Packs a copy of the checkout, as `npm publish` would pack the checkout itself, with the prebuilt binary of this
 * platform. In the checkout that binary would come before the developer's own build.
 */
export function packPackage(): Packed {
  const stage = join(WORK, 'stage');
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  for (const name of readdirSync(ROOT)) {
    if (['.git', 'node_modules', 'build', 'dist', 'coverage'].includes(name)) continue;
    cpSync(join(ROOT, name), join(stage, name), { recursive: true, filter: (path) => !isPrebuilt(path) });
  }
  succeed(process.execPath, [tool('typescript/bin/tsc'), '--project', ROOT, '--outDir', join(stage, 'dist')]);
  succeed(process.execPath, [join(ROOT, 'scripts', 'prebuild.mjs'), '--out', join(stage, 'prebuilds')]);

  const said = succeed('npm', ['pack', '--json', '--pack-destination', WORK], { cwd: stage });
  const [packed] = JSON.parse(said) as (Omit<Packed, 'file'> & { filename: string })[];
  if (!packed) throw new Error(`npm packed nothing: ${said}`);
  return { ...packed, file: join(WORK, packed.filename) };
}

function isPrebuilt(path: string): boolean {
  return path.startsWith(join(ROOT, 'prebuilds')) && path.endsWith('.node');
}

/** Runs a program to a good end and returns what it said; what it said of a bad end is in the error. */
export function succeed(command: string, args: readonly string[], options: SpawnSyncOptions = {}): string {
  const { status, stdout, stderr } = spawnSync(command, args, { ...options, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
}

/** Where a tool of the checkout's devDependencies is. */
export function tool(path: string): string {
  return join(ROOT, 'node_modules', path);
}

/** A folder on PATH with these programs and no others: no compiler, no shell, no make. */
export function folderOfPrograms(programs: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'hvkit-path-'));
  for (const program of programs) symlinkSync(program, join(folder, basename(program)));
  return folder;
}

export function programOnPath(name: string): string {
  return succeed('sh', ['-c', 'command -v "$1"', 'sh', name]).trim();
}

/** Node's own binary of a release; on a platform for which npm has none, the one that runs this. */
export function nodeBinaries(): [string, string][] {
  if (process.platform !== 'linux') return [[process.versions.node.split('.')[0] ?? '', process.execPath]];
  const script = join(ROOT, 'scripts', 'prebuild', 'node-binary.mjs');
  return ['20', '22', '24'].map((major) => [major, succeed(process.execPath, [script, major]).trim()]);
}

export function readJson(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}

/** An empty folder, and `npm install` of the tarball in it with no compiler to be found. ssh2 has a script, which needs a shell. */
export function install(packed: Packed): string {
  const folder = mkdtempSync(join(tmpdir(), 'hvkit-consumer-'));
  const path = folderOfPrograms([process.execPath, programOnPath('npm'), programOnPath('sh')]);
  try {
    succeed('npm', ['install', '--prefer-offline', '--ignore-scripts=false', packed.file], {
      cwd: folder,
      env: { ...process.env, PATH: path },
    });
  } finally {
    rmSync(path, { recursive: true });
  }
  cpSync(join(__dirname, 'consumer'), folder, { recursive: true });
  return folder;
}
