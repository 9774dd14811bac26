import { execFileSync, type ExecFileSyncOptionsWithStringEncoding, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sshConfig, sshOptions } from '../../../src/ssh/config';
import { writeKeyPair } from '../../../src/ssh/keys';
import { writeKnownHosts } from '../../../src/ssh/known-hosts';
import type { SshTarget } from '../../../src/ssh/target';
import { Sshd } from './sshd';

let sshd: Sshd;
let folder: string;

beforeAll(async () => {
  sshd = await Sshd.start();
});

afterAll(async () => {
  await sshd[Symbol.asyncDispose]();
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-config-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function configured(target: SshTarget, where = folder, name = 'Dev'): Promise<string> {
  const text = sshConfig({ name, target, knownHostsFile: await writeKnownHosts(where, name, target) });
  const file = join(folder, 'config');
  writeFileSync(file, text);
  return file;
}

test('ssh, scp and sftp of the system take it, and ask nothing', async () => {
  const config = await configured(sshd.target);
  const options: ExecFileSyncOptionsWithStringEncoding = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
  expect(execFileSync('ssh', ['-F', config, 'Dev', 'id -un; exit 0'], options)).toBe(`${sshd.name}\n`);
  writeFileSync(join(folder, 'a file'), 'content');
  execFileSync('scp', ['-q', '-F', config, join(folder, 'a file'), 'Dev:/tmp/'], options);
  expect(execFileSync('ssh', ['-F', config, 'Dev', "cat '/tmp/a file'; rm '/tmp/a file'"], options)).toBe('content');
  writeFileSync(join(folder, 'batch'), 'pwd\n');
  expect(execFileSync('sftp', ['-q', '-b', join(folder, 'batch'), '-F', config, 'Dev'], options)).toContain(sshd.home);
});

test.each(['with space', `"quo"ted'`, '100%h', '\\back\\slash', '#hash', 'größe', '$HOME ~'])(
  'a home whose name is %j',
  async (name) => {
    const where = join(folder, name);
    mkdirSync(where);
    const key = await writeKeyPair(where, 'id_ed25519', 'x');
    sshd.authorize(key.publicKey);
    const target = { ...sshd.target, identityFile: key.privateFile };
    const run = (args: string[]): { status: number | null; stderr: string } =>
      spawnSync('ssh', [...args, 'Dev', 'exit 7'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const config = await configured(target, where);
    expect(run(['-F', config])).toMatchObject({ status: 7, stderr: '' });
    const knownHostsFile = await writeKnownHosts(where, 'Dev', target);
    expect(run(sshOptions({ name: 'Dev', target, knownHostsFile }))).toMatchObject({ status: 7, stderr: '' });
  },
);

test.each(['a\nProxyCommand id', 'a${HOME}'])('what it cannot hold is refused: %j', async (name) => {
  const knownHostsFile = await writeKnownHosts(folder, 'dev', sshd.target);
  expect(() =>
    sshConfig({ name: 'dev', target: { ...sshd.target, identityFile: `/${name}` }, knownHostsFile }),
  ).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as Error);
});

test('another host key is refused, whatever the user has in known_hosts', async () => {
  await using other = await Sshd.start();
  const config = await configured({ ...sshd.target, port: other.port });
  const { status, stderr } = spawnSync('ssh', ['-F', config, 'Dev', 'true'], { encoding: 'utf8' });
  expect(status).toBe(255);
  expect(stderr).toContain('Host key verification failed');
  expect(other.log).not.toContain('Accepted');
});

test('the key is also found by the address: programs that know no alias', async () => {
  const file = await writeKnownHosts(folder, 'dev', sshd.target);
  const found = execFileSync('ssh-keygen', ['-F', `[127.0.0.1]:${sshd.port}`, '-f', file], { encoding: 'utf8' });
  expect(found).toContain(sshd.host.publicKey.split(' ')[1]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a key that has changed is written anew, and one that has not is left', async () => {
  const file = await writeKnownHosts(folder, 'dev', sshd.target);
  const { ino } = statSync(file);
  await writeKnownHosts(folder, 'dev', sshd.target);
  expect(statSync(file).ino).toBe(ino);
  const other = await writeKeyPair(folder, 'other', '');
  await writeKnownHosts(folder, 'dev', { ...sshd.target, hostKey: other.publicKey });
  expect(readFileSync(file, 'utf8')).toContain(other.publicKey.trim());
});

test('a folder that is gone is told, and not made again', async () => {
  await expect(writeKnownHosts(join(folder, 'gone'), 'dev', sshd.target)).rejects.toMatchObject({
    code: 'ERR_SSH_KEY_FILE',
  });
});
