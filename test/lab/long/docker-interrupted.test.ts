import { once } from 'node:events';

import { Cli, inventory, linkDocker } from '../cli';
import { readUntil } from '../machine';

/** A guest of software takes its time where others are at work. */
const LONG = 1_200_000;
const SIZE = ['--network', 'user', '--cpus', '2', '--memory', '1G', '--disk', '1G'];

/** Up to the last block: what is kept back for each file comes free when it is closed. */
const FILL = `fallocate -l $(df -k / | awk 'NR == 2 { print $4 - 4096 }')k /var/tmp/full
for n in 1 2 3; do cat /dev/zero >/var/tmp/full.$n; sync; done`;

test(
  'killed in the middle, and its disk full then: each is told with the next thing to do, and nothing is lost',
  async () => {
    const before = inventory();
    const cli = new Cli({ patience: 600, env: { HVKIT_TIMEOUT: '600' } });
    linkDocker(cli.home);
    const create = cli.start('create', '--image', 'docker', ...SIZE, 'dev');
    const ended = once(create, 'close');
    await readUntil(create.stderr, 'configuring Docker');
    create.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);

    const unfinished = (): void => {
      expect(cli.done('ls')).toMatch(/^dev .* Running .* was being provisioned .* interrupted: hvkit provision dev$/m);
      expect(cli.hvkit(['doctor'])).toEqual({
        status: 1,
        stdout: 'The provisioning of the machine "dev" was begun, and never ended\n  Try: hvkit provision dev\n',
        stderr: '',
      });
    };
    unfinished();

    const inGuest = (script: string): string => cli.done('exec', 'dev', '--', 'sudo', 'sh', '-c', script);
    inGuest(`{ ${FILL}; } 2>/dev/null`);
    const full = cli.hvkit(['--debug', 'provision', 'dev']);
    expect(full.status).toBe(1);
    expect(full.stderr).toMatch(
      /^Error: The machine "dev" did not become a Docker host, .*: The disk of the machine is full: .*\n(?:Cause: .*\n)?Try: Make room in it, then hvkit provision; or create it with a larger --disk\.$/m,
    );
    expect(full.stderr).toContain("code: 'ERR_PROVISION_NO_SPACE'");
    unfinished();

    inGuest('rm /var/tmp/full*');
    expect(cli.done('provision', 'dev')).toBe('Machine "dev" is a Docker host.');
    expect(cli.done('version', 'dev')).toMatch(/^\d+\.\d+/);
    expect(cli.done('doctor')).toBe('All is as it should be.');

    cli.done('rm', '-y', 'dev');
    expect(inventory()).toEqual(before);
  },
  LONG,
);
