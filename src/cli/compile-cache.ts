import { lstatSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

interface NodeModule {
  /** Node 22.8 and newer. */
  enableCompileCache?(folder?: string): unknown;
}

/**
 * Lets V8 keep what it compiled. Not in the folder below /tmp that Node would take: whoever writes there first decides
 * what others run. Where a folder of one's own cannot be had, nothing is kept.
 */
export function keepCompiled(node: NodeModule): void {
  if (node.enableCompileCache === undefined || process.env['NODE_COMPILE_CACHE'] !== undefined) return;
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'hvkit', 'compiled');
  if (isOurs(folder)) node.enableCompileCache(folder);
}

function isOurs(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    return uid === process.getuid?.() && (mode & 0o022) === 0;
  } catch {
    // A home that cannot be written to: it is only slower.
    return false;
  }
}
