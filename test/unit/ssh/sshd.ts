import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { writeKeyPair, type WrittenKeyPair } from '../../../src/ssh/keys';
import type { SshTarget } from '../../../src/ssh/target';

/** Debian puts it where a user's PATH does not lead. */
const SSHD = process.env['SSHD'] ?? '/usr/sbin/sshd';

/** A number that no system gives to its users. */
const GUEST = 54_321;

/** A real sshd on 127.0.0.1, with a configuration and keys of its own; it lets in whoever runs the test, with `user`'s key. */
export class Sshd implements AsyncDisposable {
  readonly folder: string;
  readonly port: number;
  readonly host: WrittenKeyPair;
  readonly user: WrittenKeyPair;
  /** Who logs in, and where that leads. */
  readonly name: string;
  readonly home: string;
  readonly #process: ChildProcess;
  readonly #log: string[];

  /** `config`: lines that come before the others, and so win, but for those that only one of may be: `without`. */
  static async start(
    options: { config?: string[]; without?: string[]; port?: number; folder?: string } = {},
  ): Promise<Sshd> {
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'hvkit-sshd-'));
    const host = await writeKeyPair(folder, 'ssh_host_ed25519_key', 'host');
    const user = await writeKeyPair(folder, 'id_ed25519', 'user');
    writeFileSync(join(folder, 'authorized_keys'), `${user.publicKey}\n`);
    const port = options.port ?? (await freePort());
    const config = join(folder, 'sshd_config');
    writeFileSync(
      config,
      [
        ...(options.config ?? []),
        `Port ${port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${host.privateFile}`,
        `AuthorizedKeysFile ${folder}/authorized_keys`,
        'PidFile none',
        'UsePAM no',
        'StrictModes no',
        'PermitRootLogin yes',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'AcceptEnv HVKIT_*',
        'MaxStartups 100',
        'PrintMotd no',
        'PrintLastLog no',
        'Subsystem sftp internal-sftp',
        'LogLevel VERBOSE',
        '',
      ]
        .filter(
          (line) => options.config?.includes(line) === true || !options.without?.includes(line.split(' ', 1)[0] ?? ''),
        )
        .join('\n'),
    );
    const guest = prepareUser(folder);
    const command = [...guest.prefix, SSHD, '-D', '-e', '-f', config];
    const process_ = spawn(command[0] ?? SSHD, command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
    const log: string[] = [];
    const lines = createInterface(process_.stderr);
    await new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => {
        log.push(line);
        if (line.startsWith('Server listening')) resolve();
      });
      process_.once('error', reject).once('exit', () => {
        reject(new Error(`sshd did not start:\n${log.join('\n')}`));
      });
    });
    return new Sshd(process_, { folder, port, host, user, name: guest.name, home: guest.home, log });
  }

  private constructor(
    process_: ChildProcess,
    of: Pick<Sshd, 'folder' | 'port' | 'host' | 'user' | 'name' | 'home'> & { log: string[] },
  ) {
    this.#process = process_;
    this.folder = of.folder;
    this.port = of.port;
    this.host = of.host;
    this.user = of.user;
    this.name = of.name;
    this.home = of.home;
    this.#log = of.log;
  }

  get target(): SshTarget {
    return {
      host: '127.0.0.1',
      port: this.port,
      user: this.name,
      identityFile: this.user.privateFile,
      hostKey: this.host.publicKey,
    };
  }

  authorize(publicKey: string): void {
    appendFileSync(join(this.folder, 'authorized_keys'), `${publicKey}\n`);
  }

  get log(): string {
    return this.#log.join('\n');
  }

  /** Its end, and that of all that it has started where the test is root's: elsewhere of its sessions alone. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const gone = once(this.#process, 'exit');
      // What it heard is the end of sessions, which hold its stderr.
      const closed = once(this.#process, 'close');
      this.#process.kill('SIGKILL');
      await gone;
      this.#process.stderr?.destroy();
      await closed;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * Who logs in. Anybody but root: whoever runs the test. Root's sshd sends no signals to root's commands, so root is given a
 * user: one that stands in /etc/passwd where this sshd looks, and nowhere else.
 */
function prepareUser(folder: string): { name: string; home: string; prefix: string[] } {
  const { username, uid, homedir } = userInfo();
  if (uid !== 0) return { name: username, home: homedir, prefix: [] };
  const home = join(folder, 'home');
  const passwd = join(folder, 'passwd');
  mkdirSync(home, { recursive: true });
  chmodSync(folder, 0o755);
  chownSync(home, GUEST, GUEST);
  writeFileSync(passwd, `${readFileSync('/etc/passwd', 'utf8')}guest:*:${GUEST}:${GUEST}:guest:${home}:/bin/sh\n`);
  const script = 'mount --bind "$1" /etc/passwd && mkdir -p /run/sshd && shift && exec "$@"';
  // Commands that outlive their session die with the namespace.
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  return { name: 'guest', home, prefix: ['unshare', ...namespaces, 'sh', '-c', script, 'sh', passwd] };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
