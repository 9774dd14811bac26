import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PORT = 2222;

/** An ssh server of the lab, through which root reaches libvirt as if it were on another host. */
export class SshDoor {
  readonly #folder: string;
  readonly #sshd: ChildProcess;

  static async open(folder: string): Promise<SshDoor> {
    for (const name of ['host', 'user', 'stranger']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
    }
    const lines = [
      `Port ${PORT}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${folder}/host`,
      `AuthorizedKeysFile ${folder}/user.pub`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
    ];
    writeFileSync(join(folder, 'sshd_config'), `${lines.join('\n')}\n`);
    // Where it leaves its privileges; the lab's /run is empty.
    mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const sshd = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    for await (const line of createInterface(sshd.stderr)) if (line.startsWith('Server listening')) break;
    sshd.stderr.resume();
    return new SshDoor(folder, sshd);
  }

  private constructor(folder: string, sshd: ChildProcess) {
    this.#folder = folder;
    this.#sshd = sshd;
  }

  get pid(): number {
    return this.#sshd.pid ?? 0;
  }

  /** The user's ssh with a configuration of its own: libvirt runs the program that `command` names. */
  uri(knownKey: string): string {
    const folder = this.#folder;
    const known = readFileSync(join(folder, `${knownKey}.pub`), 'utf8');
    writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${PORT} ${known}`);
    const ssh = join(folder, 'ssh');
    const options = ['-F', 'none', '-o', 'StrictHostKeyChecking=yes', '-o', `UserKnownHostsFile=${folder}/known_hosts`];
    writeFileSync(ssh, `#!/bin/sh\nexec ssh ${options.join(' ')} "$@"\n`);
    chmodSync(ssh, 0o755);
    const query = new URLSearchParams({ command: ssh, keyfile: join(folder, 'user'), no_tty: '1' });
    return `qemu+ssh://root@127.0.0.1:${PORT}/system?${query.toString()}`;
  }

  async close(): Promise<void> {
    const exited = once(this.#sshd, 'exit');
    this.#sshd.kill();
    await exited;
  }
}
