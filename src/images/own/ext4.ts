import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { HvError } from '../../errors';
import { withFolders } from './cpio';
import { run } from './run';
import type { Entry, Tree } from './tar';

const BLOCK = 4096;
/** The disk is this much larger than what is in it, in whole megabytes: notes of the file system, and its journal. */
const JOURNAL_MIB = 16;
const SLACK = 1.1;
const ALIGNMENT = 16 * 2 ** 20;
/** A machine may write before its disk has grown. */
const FREE = 64 * 2 ** 20;
const INODE = 256;
/** Of all times in the image. Zero would be taken for "now". */
const TIME = 946_684_800;
/** The host's mke2fs.conf does not say what is in an image. */
const FEATURES =
  'none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,' +
  'dir_nlink,extra_isize,metadata_csum';

/** What makes it: another one may make other bytes of the same tree. */
export async function ext4Version(signal?: AbortSignal): Promise<string> {
  let version = '';
  const onMessages = (text: string): void => {
    version = /^mke2fs (\S+)/.exec(text)?.[1] ?? text;
  };
  await run('mke2fs', ['-V'], { ...(signal && { signal }), onMessages });
  return `e2fsprogs ${version}`;
}

export interface FileSystem {
  label: string;
  /** Also what names are hashed with: two file systems of the same tree are the same. */
  uuid: string;
}

/**
 * Writes a disk's image, raw and sparse, that is one ext4 file system with all of a tree in it: everything root's, as no user
 * but root could unpack it. What e2fsprogs makes of the same tree is the same, byte for byte.
 */
export async function writeExt4(
  path: string,
  tree: Tree,
  { label, uuid }: FileSystem,
  signal?: AbortSignal,
): Promise<void> {
  const whole = withFolders(tree);
  const running = {
    ...(signal && { signal }),
    env: { E2FSPROGS_FAKE_TIME: String(TIME), MKE2FS_CONFIG: '/dev/null', DEBUGFS_PAGER: '' },
  };
  const file = await open(path, 'wx', 0o644);
  await file.truncate(sizeFor(whole)).finally(() => file.close());
  const options = `root_owner=0:0,hash_seed=${uuid},lazy_itable_init=1`;
  const shape = ['-b', String(BLOCK), '-I', String(INODE), '-m', '0', '-J', `size=${JOURNAL_MIB}`, '-O', FEATURES];
  await run('mke2fs', ['-q', '-F', '-t', 'ext4', '-L', label, '-U', uuid, ...shape, '-E', options, path], running);

  const scratch = await mkdtemp(join(dirname(path), '.ext4-'));
  try {
    const script = join(scratch, 'script');
    await mkdir(join(scratch, 'files'));
    await writeFile(script, (await commands(whole, join(scratch, 'files'))).join(''));
    let complaints = '';
    const onMessages = (text: string): void => {
      complaints = text.replace(/^debugfs \d.*\n/, '').trim();
    };
    await run('debugfs', ['-w', '-f', script, path], { ...running, cwd: scratch, onMessages });
    // It goes on whatever fails, and ends well.
    if (complaints !== '') throw failed(`debugfs: ${complaints.split('\n').slice(0, 5).join('\n')}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  await run('e2fsck', ['-f', '-n', path], running);
}

/** What debugfs is told. `write` makes files in the folder that it is in, out of files of the host's. */
async function commands(tree: Tree, files: string): Promise<string[]> {
  const lines: string[] = [];
  let number = 0;
  let at = '/';
  for (const path of [...tree.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    const entry = tree.get(path);
    if (!entry || path === '.') continue;
    const folder = `/${dirname(path) === '.' ? '' : dirname(path)}`;
    if (folder !== at) lines.push(`cd ${quoted(folder)}\n`);
    at = folder;
    const name = quoted(path.slice(path.lastIndexOf('/') + 1));
    switch (entry.type) {
      case 'directory':
        lines.push(`mkdir ${name}\n`, ...modeOf(name, entry, 0o040000));
        break;
      case 'symlink':
        lines.push(`symlink ${name} ${quoted(entry.target)}\n`);
        break;
      case 'file':
        await writeFile(join(files, String(++number)), entry.data);
        lines.push(`write files/${number} ${name}\n`, ...modeOf(name, entry, 0o100000));
    }
  }
  return lines;
}

function modeOf(name: string, { mode }: Extract<Entry, { mode: number }>, type: number): string[] {
  return [`set_inode_field ${name} mode 0${(type | mode).toString(8)}\n`];
}

function quoted(name: string): string {
  if (/["\n]/.test(name)) throw failed(`debugfs can make no file called ${JSON.stringify(name)}`);
  return `"${name}"`;
}

function sizeFor(tree: Tree): number {
  let blocks = 0;
  for (const entry of tree.values()) blocks += entry.type === 'file' ? Math.ceil(entry.data.length / BLOCK) : 1;
  const bytes = blocks * BLOCK * SLACK + JOURNAL_MIB * 2 ** 20 + FREE;
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function failed(message: string): HvError {
  return new HvError({ code: 'ERR_IMAGE_BUILD', message: `the disk of the image could not be made: ${message}` });
}
