import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What the cache knows of something, in a small file. Undefined where there is none, or none that can be used: it is found out anew. */
export async function readRecord<T>(
  path: string,
  isRecord: (value: Readonly<Record<string, unknown>>) => value is Record<string, unknown> & T,
): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // of a disk that lost power, or by another hand
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && isRecord(value as Record<string, unknown>) ? (value as T) : undefined;
}

/** Readers see the old one or the new one, whole. */
export async function writeRecord(path: string, record: object): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const part = `${path}.${randomUUID()}.new`;
  try {
    await writeFile(part, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600, flush: true, flag: 'wx' });
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}
