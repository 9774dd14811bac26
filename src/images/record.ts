import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { textOf, writeWhole } from '../files';

/** What the cache knows of something, in a small file. Undefined where there is none, or none that can be used: it is found out anew. */
export async function readRecord<T>(
  path: string,
  isRecord: (value: Readonly<Record<string, unknown>>) => value is Record<string, unknown> & T,
): Promise<T | undefined> {
  const text = await textOf(path);
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
  const content = `${JSON.stringify(record, undefined, 2)}\n`;
  // Several processes may find out the same.
  await writeWhole(path, content, { unfinished: `${path}.${randomUUID()}.new` });
}
