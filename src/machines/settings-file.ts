import { readFile } from 'node:fs/promises';

import type { Document } from 'yaml';

import { HvError } from '../errors';
import { isErrno } from '../files';
import type { Json } from '../resources/resource';
import { readYaml } from '../yaml';

export type Tree = Readonly<Record<string, Json>>;

/** Of what stands in the file; a newer hvkit counts on. */
const SCHEMA = 1;
const LARGEST = 2 ** 16;

const FIRST = `# Defaults of this home. What can be set here: hvkit settings list
schema: ${SCHEMA}
`;

/** The text of config.yaml; undefined: there is no such file. */
export async function readSettingsText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw unreadable(path, (error as Error).message, error);
  }
}

/** What stands in config.yaml, as data. */
export function parseSettings(path: string, text: string): Tree {
  return treeOf(path, documentOf(path, text));
}

/** The file's text with a setting changed, or taken out. All else stays as it was, comments as well. */
export function editSettings(path: string, text: string | undefined, keys: readonly string[], value?: Json): string {
  const document = documentOf(path, text ?? FIRST);
  treeOf(path, document);
  try {
    if (value === undefined) unset(document, keys);
    else set(document, keys, value);
    return document.toString();
  } catch (error) {
    // An anchor whose alias stands elsewhere, a section that is none.
    throw unreadable(path, `it cannot be changed by hvkit: ${(error as Error).message}`, error);
  }
}

function set(document: Document, keys: readonly string[], value: Json): void {
  const [section, ...below] = keys;
  const empty: unknown = document.get(section, true);
  const { isScalar } = require('yaml') as typeof import('yaml');
  // A section with nothing below it, or only comments, is no collection that something could be set in.
  if (below.length > 0 && isScalar(empty) && empty.value === null) {
    const filled = document.createNode({});
    filled.commentBefore = empty.commentBefore ?? empty.comment ?? null;
    document.set(section, filled);
  }
  document.setIn(keys, value);
}

function unset(document: Document, keys: readonly string[]): void {
  document.deleteIn(keys);
  const section = keys.slice(0, -1);
  if (section.length === 0) return;
  const left: unknown = document.getIn(section);
  if (
    typeof left === 'object' &&
    left !== null &&
    'items' in left &&
    Array.isArray(left.items) &&
    left.items.length === 0
  ) {
    document.deleteIn(section);
  }
}

function documentOf(path: string, text: string): Document {
  if (text.length > LARGEST) throw unreadable(path, `it is larger than ${LARGEST} bytes`);
  const yaml = readYaml(text);
  if ('problem' in yaml) throw unreadable(path, yaml.problem, yaml.cause);
  return yaml.document;
}

function treeOf(path: string, document: Document): Tree {
  let tree: unknown;
  try {
    tree = document.toJS();
  } catch (error) {
    // Aliases without an anchor, or so many that they are an attack.
    throw unreadable(path, (error as Error).message, error);
  }
  if (tree === null || tree === undefined) return {};
  if (typeof tree !== 'object' || Array.isArray(tree)) {
    throw unreadable(path, 'it is no mapping of the kind `key: value`');
  }
  const { schema = SCHEMA, ...settings } = tree as Record<string, Json>;
  if (typeof schema === 'number' && Number.isInteger(schema) && schema > SCHEMA) {
    throw new HvError({
      code: 'ERR_SETTINGS_FILE',
      message: `${path} was written by a newer hvkit (schema ${schema}, this one knows ${SCHEMA})`,
      hint: 'Use that version, or another home.',
    });
  }
  if (schema !== SCHEMA) throw unreadable(path, `its schema is not ${SCHEMA}`);
  return settings;
}

function unreadable(path: string, why: string, cause?: unknown): HvError {
  return new HvError({
    code: 'ERR_SETTINGS_FILE',
    message: `The settings in ${path} cannot be read: ${why}`,
    hint: `Mend the file, or move it away: ${path}`,
    cause,
  });
}
