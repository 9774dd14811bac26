import { HvError } from '../errors';
import type { Hooks, Provisioner } from './provisioner';

/** What a user's own module brings. */
export interface ProvisionModule {
  readonly provisioners: readonly Provisioner[];
  readonly hooks: readonly Hooks[];
}

/** Loads the modules that the settings name: nothing else of the user's is ever run. */
export async function loadModules(paths: readonly string[]): Promise<ProvisionModule> {
  const loaded = await Promise.all(paths.map(loadModule));
  return {
    provisioners: loaded.flatMap(({ provisioners }) => provisioners),
    hooks: loaded.flatMap(({ hooks }) => hooks),
  };
}

async function loadModule(path: string): Promise<ProvisionModule> {
  const { provisioner, provisioners, hooks } = await contentOf(path);
  const found = [...listOf(provisioner), ...listOf(provisioners)];
  const own = listOf(hooks);
  if (found.length === 0 && own.length === 0) throw bad(path, 'it exports neither provisioner, provisioners nor hooks');
  for (const each of found) if (!isProvisioner(each)) throw bad(path, 'a provisioner has name, detects() and steps()');
  for (const each of own) if (!isHooks(each)) throw bad(path, 'hooks are functions: before, after');
  return { provisioners: found as Provisioner[], hooks: own as Hooks[] };
}

async function contentOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const { exportsOf } = require('../import-module') as typeof import('../import-module');
    return await exportsOf(path);
  } catch (error) {
    throw bad(path, `it cannot be loaded: ${(error as Error).message}`, error);
  }
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

function isProvisioner(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, detects, steps } = value as Record<string, unknown>;
  return typeof name === 'string' && typeof detects === 'function' && typeof steps === 'function';
}

function isHooks(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { before, after } = value as Record<string, unknown>;
  return [before, after].every((each) => each === undefined || typeof each === 'function');
}

function bad(path: string, why: string, cause?: unknown): HvError {
  return new HvError({
    code: 'ERR_PROVISIONER',
    message: `The provisioner ${path} is of no use: ${why}`,
    hint: 'docs/docker.md has an example; hvkit settings get provisioners',
    cause,
  });
}
