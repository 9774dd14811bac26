import { lstatSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

/** node:module, as far as it is used. */
interface NodeModule {
  createRequire(file: string): NodeJS.Require;
  /** Node 22.8 and newer. */
  enableCompileCache?(folder?: string): unknown;
}

export interface Loaded {
  exports: unknown;
  /** To be called when the work is done: what was compiled for it is there the next time. */
  keep(): void;
}

/**
 * Loads a file with what V8 made of it the last time. That is kept for each purpose by itself, since each needs other parts of
 * the file; and not in the folder below /tmp that Node would take: whoever writes there first decides what others run. Where a
 * folder of one's own cannot be had, nothing is kept.
 */
export function loadCompiled(file: string, purpose: string, node: NodeModule): Loaded {
  const folder = ownFolder();
  const { NODE_COMPILE_CACHE, NODE_DISABLE_COMPILE_CACHE } = process.env;
  if (folder !== undefined && NODE_DISABLE_COMPILE_CACHE === undefined) {
    if (node.enableCompileCache === undefined) return loadScript(file, node, join(folder, purpose));
    if (NODE_COMPILE_CACHE === undefined) node.enableCompileCache(folder);
  }
  return { exports: node.createRequire(file)(file) as unknown, keep: () => undefined };
}

/** What Node itself does from 22.8 on: for the file, and for those beside it that it asks for. */
function loadScript(file: string, node: NodeModule, name: string): Loaded {
  const parts = new Map<string, Loaded>();
  const outer = node.createRequire(file);
  const require = (id: string): unknown => {
    const [, part] = /^\.\/(\w+)\.js$/.exec(id) ?? [];
    if (part === undefined) return outer(id) as unknown;
    const loaded = parts.get(part) ?? loadScript(join(dirname(file), id), node, `${name}.${part}`);
    parts.set(part, loaded);
    return loaded.exports;
  };
  const cache = `${name}-${process.version}-${process.arch}`;
  // V8 looks at no more of the source than its length.
  const { mtimeMs, size } = statSync(file);
  const mark = Buffer.from(`${file} ${size} ${mtimeMs}\n`);
  const kept = read(cache);
  const cachedData = kept?.subarray(0, mark.length).equals(mark) ? kept.subarray(mark.length) : undefined;
  // What was bundled is ASCII: so it is read the quickest.
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`;
  const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) });
  const module = { exports: {} };
  const start = script.runInThisContext() as (...scope: unknown[]) => void;
  start(module.exports, Object.assign(require, outer), module, file, dirname(file));
  return {
    exports: module.exports,
    keep: () => {
      if (cachedData === undefined || script.cachedDataRejected) write(cache, mark, script);
      for (const part of parts.values()) part.keep();
    },
  };
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    // Not there yet, or it cannot be read: V8 compiles anew.
    return undefined;
  }
}

/** Whole or not at all: other processes read it meanwhile. */
function write(path: string, mark: Buffer, script: Script): void {
  try {
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, Buffer.concat([mark, script.createCachedData()]), { mode: 0o600, flag: 'wx' });
    renameSync(unfinished, path);
  } catch {
    // No room, or no leave to write: the next time is only slower.
  }
}

function ownFolder(): string | undefined {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'hvkit', 'compiled');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    return uid === process.getuid?.() && (mode & 0o022) === 0 ? folder : undefined;
  } catch {
    // A home that cannot be written to: it is only slower.
    return undefined;
  }
}
