import { LONG, patientCli } from '../distribution';
import { guestFolder } from '../machine';

test(
  'a guest that asks for a login and has no sshd is not waited for until the deadline',
  () => {
    // Far beyond what it takes: who needs that has not failed early.
    const cli = patientCli({ patience: 900 });
    const image = guestFolder('quiet hvkit.say=dev_login:');
    const size = ['--cpus', '1', '--memory', '256M', '--disk', '1G'];
    const { status, stderr } = cli.hvkit(['create', ...size, '--network', 'nat', '--image', image, 'dev']);
    expect(stderr).toMatch(
      /did not come up: its console asks for a login and has said nothing more for 150 s, and no ssh server answers in it\n[^]*has given it \d+\.[^]*the console said last:[^]*dev login:[^]*the last attempt:[^]*nothing listens there[^]*Has the image an ssh server/,
    );
    expect(status).toBe(1);
    expect(cli.done('ls', '-q')).toBe('');
  },
  LONG,
);
