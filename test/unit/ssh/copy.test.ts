import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SshClient } from '../../../src/ssh/client';
import { copyBetween, copyFrom, copyTo } from '../../../src/ssh/copy';
import { Relay } from './relay';
import { Sshd } from './sshd';

let sshd: Sshd;
let client: SshClient;
let here: string;
/** A folder of the guest's, and the same path as everybody on this host sees it. */
let there: string;

beforeAll(async () => {
  sshd = await Sshd.start();
  client = await SshClient.connect(sshd.target);
});

afterAll(async () => {
  await client.end();
  await sshd[Symbol.asyncDispose]();
});

beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), 'hvkit-copy-'));
  there = mkdtempSync(join(sshd.home, 'hvkit-copy-'));
  const { uid, gid } = statSync(sshd.home);
  chownSync(there, uid, gid);
});

afterEach(() => {
  rmSync(here, { recursive: true });
  rmSync(there, { recursive: true });
});

/** What is in a folder: modes, and contents of files. */
function tree(folder: string, below = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(folder, below))) {
    const path = join(below, name);
    const { mode } = lstatSync(join(folder, path));
    const isFolder = lstatSync(join(folder, path)).isDirectory();
    found[path] = `${(mode & 0o777).toString(8)} ${isFolder ? '/' : readFileSync(join(folder, path), 'latin1')}`;
    if (isFolder) Object.assign(found, tree(folder, path));
  }
  return found;
}

function plant(folder: string): void {
  mkdirSync(join(folder, 'empty'), { recursive: true });
  mkdirSync(join(folder, 'sub/deeper'), { recursive: true });
  writeFileSync(join(folder, 'nothing'), '');
  writeFileSync(join(folder, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(folder, 'secret'), 'secret', { mode: 0o600 });
  writeFileSync(join(folder, 'sub/a name with spaces'), 'a');
  writeFileSync(join(folder, 'sub/größe 日本 🙂'), 'b');
  writeFileSync(join(folder, 'sub/deeper/new\nline'), 'c');
  writeFileSync(join(folder, 'sub/deeper/-rf * $HOME `id` "quo\'ted"\\'), 'd');
  writeFileSync(join(folder, 'read-only'), 'e', { mode: 0o444 });
  chmodSync(join(folder, 'sub/deeper'), 0o700);
}

describe('a tree there and back', () => {
  test('has the same names, contents and modes', async () => {
    plant(join(here, 'tree'));
    const wanted = tree(join(here, 'tree'));
    await copyTo(client, join(here, 'tree'), there, { recursive: true });
    expect(tree(join(there, 'tree'))).toEqual(wanted);
    await copyFrom(client, join(there, 'tree'), join(here, 'back'), { recursive: true });
    expect(tree(join(here, 'back'))).toEqual(wanted);
  });

  test('that nothing can be written to', async () => {
    mkdirSync(join(here, 'tree/sub'), { recursive: true });
    writeFileSync(join(here, 'tree/sub/file'), 'x', { mode: 0o444 });
    chmodSync(join(here, 'tree/sub'), 0o555);
    await copyTo(client, join(here, 'tree'), there, { recursive: true });
    expect(tree(join(there, 'tree'))).toEqual({ sub: '555 /', 'sub/file': '444 x' });
    chmodSync(join(here, 'tree/sub'), 0o755);
    chmodSync(join(there, 'tree/sub'), 0o755);
  });

  test('of 1,000 files', async () => {
    for (let i = 0; i < 1_000; i++) {
      if (i % 100 === 0) mkdirSync(join(here, `tree/${Math.floor(i / 100)}`), { recursive: true });
      writeFileSync(join(here, `tree/${Math.floor(i / 100)}/file ${i}`), `${i}`);
    }
    await copyTo(client, join(here, 'tree'), there, { recursive: true });
    expect(tree(join(there, 'tree'))).toEqual(tree(join(here, 'tree')));
    await copyFrom(client, join(there, 'tree'), here, { recursive: true });
  });

  test('of links: what they lead to is copied, and a circle ends', async () => {
    mkdirSync(join(here, 'tree/sub'), { recursive: true });
    writeFileSync(join(here, 'tree/sub/file'), 'x');
    symlinkSync('sub/file', join(here, 'tree/link'));
    symlinkSync('..', join(here, 'tree/sub/up'));
    symlinkSync('nowhere', join(here, 'tree/dangling'));
    const copy = copyTo(client, join(here, 'tree'), there, { recursive: true });
    await expect(copy).rejects.toMatchObject({
      code: 'ERR_SSH_COPY',
      message: expect.stringMatching(
        /^2 files.*dangling: a link that leads nowhere.*up: a link to a folder/s,
      ) as string,
    });
    expect(tree(join(there, 'tree'))).toEqual({ link: '644 x', sub: '755 /', 'sub/file': '644 x' });
  });
});

test('a large file arrives whole, and its progress is told', async () => {
  const bytes = Buffer.alloc(30_000_001, 'hvkit or not ');
  writeFileSync(join(here, 'large'), bytes);
  const seen: number[] = [];
  const onProgress = (file: string, done: number, total: number): void => {
    expect(file).toBe(join(here, 'large'));
    expect(total).toBe(bytes.length);
    seen.push(done);
  };
  await copyTo(client, join(here, 'large'), `${there}/large`, { onProgress });
  expect(readFileSync(join(there, 'large')).equals(bytes)).toBe(true);
  expect(seen.at(-1)).toBe(bytes.length);
  await copyFrom(client, `${there}/large`, join(here, 'back'));
  expect(readFileSync(join(here, 'back')).equals(bytes)).toBe(true);
});

test('a file without a size is read to its end', async () => {
  await copyFrom(client, '/proc/version', here);
  expect(readFileSync(join(here, 'version'), 'utf8')).toBe(readFileSync('/proc/version', 'utf8'));
});

describe('where it goes, as with scp', () => {
  beforeEach(() => {
    writeFileSync(join(here, 'file'), 'new');
  });

  test.each([
    ['', 'file'],
    ['~', 'file'],
    ['.', 'file'],
    ['~/other', 'other'],
    ['other', 'other'],
    ['./other', 'other'],
  ])('%j is %s in the home of the user', async (remote, name) => {
    await copyTo(client, join(here, 'file'), remote);
    expect(readFileSync(join(sshd.home, name), 'utf8')).toBe('new');
    rmSync(join(sshd.home, name));
  });

  test('the home of somebody else is not known, and not guessed', async () => {
    await expect(copyTo(client, join(here, 'file'), '~root/file')).rejects.toMatchObject({
      code: 'ERR_SSH_COPY',
      hint: expect.stringContaining('./~root/file') as string,
    });
    await copyTo(client, join(here, 'file'), './~file');
    expect(readFileSync(join(sshd.home, '~file'), 'utf8')).toBe('new');
    rmSync(join(sshd.home, '~file'));
  });

  test('into a folder, with and without a slash, and over a file', async () => {
    await copyTo(client, join(here, 'file'), there);
    await copyTo(client, join(here, 'file'), `${there}/`);
    writeFileSync(join(here, 'file'), 'newer');
    await copyTo(client, join(here, 'file'), `${there}/file`);
    expect(tree(there)).toEqual({ file: '644 newer' });
  });

  test('a folder under another name, into one that is there, and its content alone', async () => {
    mkdirSync(join(here, 'tree'));
    writeFileSync(join(here, 'tree/a'), 'a');
    const options = { recursive: true };
    await copyTo(client, `${here}/tree/`, `${there}/renamed`, options);
    await copyTo(client, `${here}/tree/`, `${there}/renamed`, options);
    await copyTo(client, `${here}/tree/.`, `${there}/`, options);
    expect(tree(there)).toEqual({
      a: '644 a',
      renamed: '755 /',
      'renamed/a': '644 a',
      'renamed/tree': '755 /',
      'renamed/tree/a': '644 a',
    });
  });

  test('over a link: the link stays, and what it leads to is replaced', async () => {
    writeFileSync(join(there, 'real'), 'old');
    symlinkSync('real', join(there, 'link'));
    await copyTo(client, join(here, 'file'), `${there}/link`);
    expect(lstatSync(join(there, 'link')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(there, 'real'), 'utf8')).toBe('new');
  });
});

describe('an error says which file, and why', () => {
  test.each<[string, (() => void) | undefined, string, RegExp]>([
    ['nothing is there', undefined, 'missing', /There is no .*missing/],
    [
      'a folder without recursive',
      () => {
        mkdirSync(join(here, 'folder'));
      },
      'folder',
      /folder is a folder/,
    ],
    [
      'a socket and its like',
      () => {
        execFileSync('mkfifo', [join(here, 'fifo')]);
      },
      'fifo',
      /fifo: neither a file nor a folder/,
    ],
  ])('%s', async (_what, prepare, name, message) => {
    prepare?.();
    await expect(copyTo(client, join(here, name), there)).rejects.toMatchObject({
      code: 'ERR_SSH_COPY',
      message: expect.stringMatching(message) as string,
    });
    expect(readdirSync(there)).toEqual([]);
  });

  test('no right to write, no such folder, a file in the place of a folder', async () => {
    writeFileSync(join(here, 'file'), 'x');
    await expect(copyTo(client, join(here, 'file'), '/etc/hvkit-test')).rejects.toMatchObject({
      message: expect.stringMatching(/\/etc\/hvkit-test: Permission denied/) as string,
      hint: `The machine's user ${sshd.name} may not write there, and a copy has no sudo: copy to /tmp, then hvkit exec NAME sudo mv`,
    });
    await expect(copyTo(client, join(here, 'file'), `${there}/no/such`)).rejects.toMatchObject({
      message: expect.stringContaining(`there is no folder ${there}/no/`) as string,
    });
    await expect(copyFrom(client, '/etc/shadow', here)).rejects.toMatchObject({
      message: expect.stringMatching(/:\/etc\/shadow: Permission denied/) as string,
      hint: expect.stringContaining('hvkit exec NAME sudo cat /etc/shadow > FILE') as string,
    });
    writeFileSync(join(there, 'tree'), '');
    mkdirSync(join(here, 'tree'));
    await expect(copyTo(client, join(here, 'tree'), `${there}/tree`, { recursive: true })).rejects.toMatchObject({
      message: expect.stringContaining('something that is no folder') as string,
    });
  });

  test('one file that fails is no reason to leave out the others', async () => {
    plant(join(there, 'tree'));
    chmodSync(join(there, 'tree/secret'), 0o000);
    chmodSync(join(there, 'tree/sub/deeper'), 0o755);
    const copy = copyFrom(client, `${there}/tree`, here, { recursive: true });
    const failed = { code: 'ERR_SSH_COPY', message: expect.stringMatching(/secret: Permission denied/) as string };
    await expect(copy).rejects.toMatchObject(failed);
    expect(Object.keys(tree(join(here, 'tree')))).toEqual(
      Object.keys(tree(join(there, 'tree'))).filter((name) => name !== 'secret'),
    );
  });

  test.each([
    ['no sftp at all', ['Subsystem other /bin/true']],
    ['one that does not start', ['Subsystem sftp /no/such']],
  ])('%s', async (_what, config) => {
    await using server = await Sshd.start({ config, without: ['Subsystem'] });
    await using other = await SshClient.connect(server.target);
    await expect(copyFrom(other, '/etc/hosts', here)).rejects.toMatchObject({ code: 'ERR_SSH_SFTP' });
    expect(readdirSync(here)).toEqual([]);
  });
});

describe('what ends in the middle leaves no half file', () => {
  test.each(['to', 'from'])('by an abort, %s a machine', async (direction) => {
    const [source, target] = direction === 'to' ? [here, there] : [there, here];
    writeFileSync(join(source, 'large'), Buffer.alloc(200_000_000));
    writeFileSync(join(target, 'large'), 'old');
    const abort = new AbortController();
    const copy = direction === 'to' ? copyTo : copyFrom;
    const copying = copy(client, `${source}/large`, `${target}/large`, {
      signal: abort.signal,
      onProgress: () => {
        abort.abort(new Error('enough'));
      },
    });
    await expect(copying).rejects.toMatchObject({ code: 'ABORT_ERR', cause: new Error('enough') });
    expect(tree(target)).toEqual({ large: '644 old' });
  });

  test('by the end of the connection', async () => {
    await using relay = await Relay.to(sshd.port);
    const other = await SshClient.connect({ ...sshd.target, port: relay.port });
    writeFileSync(join(there, 'large'), Buffer.alloc(200_000_000));
    const copying = copyFrom(other, `${there}/large`, here, {
      onProgress: () => {
        relay.cut();
      },
    });
    await expect(copying).rejects.toMatchObject({ code: 'ERR_SSH_LOST' });
    expect(readdirSync(here)).toEqual([]);
  });

  test('by an abort while the machine is silent', async () => {
    await using relay = await Relay.to(sshd.port);
    const other = await SshClient.connect({ ...sshd.target, port: relay.port });
    writeFileSync(join(there, 'large'), Buffer.alloc(200_000_000));
    const abort = new AbortController();
    const copying = copyFrom(other, `${there}/large`, here, {
      signal: abort.signal,
      onProgress: () => {
        relay.silence();
        abort.abort();
      },
    });
    await expect(copying).rejects.toMatchObject({ code: 'ABORT_ERR' });
    expect(readdirSync(here)).toEqual([]);
    await other.end();
  });

  test('what is aborted already does not begin', async () => {
    writeFileSync(join(here, 'file'), '');
    const copying = copyTo(client, join(here, 'file'), there, { signal: AbortSignal.abort() });
    await expect(copying).rejects.toMatchObject({ code: 'ABORT_ERR' });
    expect(readdirSync(there)).toEqual([]);
  });
});

test('from one machine to another, through us', async () => {
  await using other = await Sshd.start();
  await using second = await SshClient.connect(other.target);
  plant(join(there, 'tree'));
  chmodSync(join(there, 'tree/secret'), 0o644);
  execFileSync('chown', ['-R', `${statSync(sshd.home).uid}`, there]);
  await copyBetween({ client, path: `${there}/tree` }, { client: second, path: '~/tree' }, { recursive: true });
  expect(tree(join(other.home, 'tree'))).toEqual(tree(join(there, 'tree')));
});

test('a folder is not copied into itself', async () => {
  mkdirSync(join(there, 'tree'));
  const copying = copyBetween(
    { client, path: `${there}/tree` },
    { client, path: `${there}/tree/sub` },
    { recursive: true },
  );
  await expect(copying).rejects.toMatchObject({
    code: 'ERR_SSH_COPY',
    message: expect.stringContaining('into itself') as string,
  });
  expect(existsSync(join(there, 'tree/sub'))).toBe(false);
});
