import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { HvError } from '../errors';
import { isErrno } from '../files';
import { asImageFile } from './access';
import type { Arch, GuestInit } from './image';

/** What an image's folder holds: see docs/images.md. */
export interface ImageFolder extends FolderNotes {
  kernel?: string;
  packed?: string;
  initrd?: string;
  disk?: string;
}

/** What `image.json` says; without it, what such a folder usually is. */
interface FolderNotes {
  arch?: Arch;
  user?: string;
  init?: GuestInit;
  cmdline?: string;
}

/** The name alone comes before names with a version behind them. */
const ROLES = {
  kernel: /^(?:kernel|vmlinu[xz]|bzImage|Image)(?<more>[-.].+)?$/,
  /** Beside a kernel that was unpacked: own/published.ts. */
  packed: /^packed-kernel$/,
  initrd: /^(?:initrd|initramfs)(?<more>[-.].+)?$/,
  disk: /^disk(?<more>\.(?:qcow2|raw|img))?$/,
};
const NOTES = 'image.json';
const LARGEST_NOTES = 64 * 1024;

const WORDS: Readonly<Record<string, (value: string) => boolean>> = {
  arch: (value) => value === 'x86_64' || value === 'aarch64',
  user: (value) => /^[a-z_][a-z0-9_-]{0,31}$/.test(value),
  init: (value) => value === 'cloud-init' || value === 'micro' || value === 'none',
  cmdline: isCmdline,
};

export async function readImageFolder(folder: string): Promise<ImageFolder> {
  return asImageFile(folder, async () => {
    const names = (await readdir(folder)).sort();
    const found = {
      ...find('kernel', names, folder),
      ...find('packed', names, folder),
      ...find('initrd', names, folder),
      ...find('disk', names, folder),
    };
    if (!found.kernel && !found.disk) {
      throw problem(
        folder,
        'has neither a kernel (vmlinuz) nor a disk (disk.qcow2)',
        'What it can hold: docs/images.md',
      );
    }
    const notes = await readNotes(folder);
    const cmdline = notes.cmdline ?? (await readCmdline(folder));
    return { ...found, ...notes, ...(cmdline !== undefined && { cmdline }) };
  });
}

function find(
  role: keyof typeof ROLES,
  names: readonly string[],
  folder: string,
): Partial<Record<typeof role, string>> {
  const matching = names.flatMap((name) => {
    const match = ROLES[role].exec(name);
    return match ? [{ name, plain: match.groups?.['more'] === undefined }] : [];
  });
  const plain = matching.filter((each) => each.plain);
  const [chosen, other] = plain.length > 0 ? plain : matching;
  if (!chosen) return {};
  if (other) {
    const hint = `Leave one of them there, or name it ${role === 'kernel' ? 'vmlinuz' : role}.`;
    throw problem(folder, `has more than one ${role}: ${chosen.name}, ${other.name}`, hint);
  }
  return { [role]: join(folder, chosen.name) };
}

async function readCmdline(folder: string): Promise<string | undefined> {
  const text = (await readSmall(join(folder, 'cmdline')))?.trim();
  if (text !== undefined && !isCmdline(text)) {
    throw problem(
      folder,
      'has a file cmdline that is not one line of text',
      'Write the arguments with spaces between.',
    );
  }
  return text;
}

async function readNotes(folder: string): Promise<FolderNotes> {
  const text = await readSmall(join(folder, NOTES));
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw problem(folder, `has a file ${NOTES} that is no JSON`, undefined, error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw problem(folder, `has a file ${NOTES} that is no object`);
  }
  for (const [key, word] of Object.entries(value)) {
    if (typeof word !== 'string' || WORDS[key]?.(word) !== true) {
      const hint = 'It may have "arch": x86_64 or aarch64, "init": cloud-init, micro or none, "user" and "cmdline".';
      throw problem(folder, `has a file ${NOTES} whose ${JSON.stringify(key)} cannot be used`, hint);
    }
  }
  return value;
}

/** Undefined: there is no such file. */
async function readSmall(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size <= LARGEST_NOTES) return await readFile(path, 'utf8');
    throw new HvError({ code: 'ERR_IMAGE_FOLDER', message: `${path} has ${size} bytes: it is not what its name says` });
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isCmdline(text: string): boolean {
  return /^[\x20-\x7e\t]{0,2000}$/.test(text);
}

function problem(folder: string, what: string, hint?: string, cause?: unknown): HvError {
  return new HvError({ code: 'ERR_IMAGE_FOLDER', message: `The folder ${folder} ${what}`, hint, cause });
}
