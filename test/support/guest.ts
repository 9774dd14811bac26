import { copyFileSync, chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Debian puts it where a user's PATH does not lead. */
const SSHD = process.env['SSHD'] ?? '/usr/sbin/sshd';

/**
 * What a guest of the file driver runs, with the machine's keys: `run KIND PORT`. One that is to answer is a real sshd, with an
 * /etc/passwd of its own if the user is none of this host's.
 */
export function writeGuest(folder: string, keys: string, user: string): void {
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(join(keys, 'id_ed25519.pub')));
  for (const name of ['ssh_host_ed25519_key', 'ssh_host_ed25519_key.pub']) {
    copyFileSync(join(keys, name), join(folder, name));
    chmodSync(join(folder, name), 0o600);
  }
  writeFileSync(
    join(folder, 'sshd_config'),
    [
      'ListenAddress 127.0.0.1',
      `HostKey "${folder}/ssh_host_ed25519_key"`,
      `AuthorizedKeysFile "${folder}/authorized_keys"`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'MaxStartups 100',
      'PrintMotd no',
      'PrintLastLog no',
      'Subsystem sftp internal-sftp',
      `AllowUsers ${user}`,
      '',
    ].join('\n'),
  );
  writeFileSync(
    join(folder, 'run'),
    [
      'cd "$(dirname "$0")" || exit 1',
      // As the driver reads it: the time of its start tells it from another process of that number.
      'kind=$1 port=$2',
      'read -r stat <"/proc/$$/stat"',
      'set -- ${stat##*) }',
      `printf '{"pid":%s,"since":"%s"}' $$ "\${20}" >pid.new && mv pid.new pid || exit 1`,
      'echo "booting as $kind"',
      'case $kind in',
      `  ssh) mkdir -p /run/sshd 2>/dev/null; exec ${SSHD} -D -e -f "$PWD/sshd_config" -p "$port" ;;`,
      '  panic) echo "[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs"; seq -f "its report, line %g" 20; exec sleep 1000 ;;',
      '  dies) exit 1 ;;',
      '  login) printf "Some Linux 1 dev ttyS0\\n\\n\\033[0mdev login: "; exec sleep 1000 ;;',
      '  *) exec sleep 1000 ;;',
      'esac',
      '',
    ].join('\n'),
  );
}

/** An image's folder for machines of the file driver, which look at nothing of it but the user. */
export function writeImage(folder: string, user: string): void {
  writeFileSync(join(folder, 'vmlinuz'), 'no kernel');
  writeFileSync(join(folder, 'image.json'), JSON.stringify({ arch: 'x86_64', user, init: 'micro' }));
}
