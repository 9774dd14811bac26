import { TestHome } from '../../support/home';
import { OnTerminal, Program } from './program';

const ESCAPE = '\x1b';

test('on a terminal the line of each machine tells how far it is, and the sentence takes its place', async () => {
  await using home = new TestHome();
  const creating = new OnTerminal(home, ['create', 'web', 'db']);
  const { status, stdout } = await creating.ends();
  expect(status).toBe(0);
  expect(stdout).toMatch(/[|/\\-] web: waiting for ssh/);
  expect(stdout).toMatch(/[|/\\-] db: checking/);
  // Redrawn in place: up as many lines as were drawn, and all below erased.
  expect(stdout).toContain(`${ESCAPE}[2A${ESCAPE}[J`);
  for (const name of ['web', 'db']) {
    expect(stdout).toContain(`Machine "${name}" is ready. Get a shell: hvkit ssh ${name}`);
  }
  // What is left on the screen at the end.
  expect(stdout.slice(stdout.lastIndexOf(`${ESCAPE}[J`))).toMatch(/^.\[JMachine "\w+" is ready\. .*\r\n$/s);
});

test.each([
  ['NO_COLOR', '1'],
  ['CI', 'true'],
  ['TERM', 'dumb'],
])('on a terminal with %s=%s there are lines, and nothing moves', async (variable, value) => {
  await using home = new TestHome();
  const { status, stdout } = await new OnTerminal(home, ['create', 'dev'], { [variable]: value }).ends();
  expect(status).toBe(0);
  expect(stdout).toContain('dev: making the disk\r\n');
  expect(stdout).not.toContain(ESCAPE);
});

test('without a terminal the same facts come as lines; the sentence is all that goes to standard output', async () => {
  await using home = new TestHome();
  const { status, stdout, stderr } = await new Program(home, ['create', 'dev']).ends();
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'Machine "dev" is ready. Get a shell: hvkit ssh dev\n' });
  expect(stderr).toMatch(/^dev: checking\n(?:dev: .*\n)*dev: making the disk\n(?:dev: .*\n)*dev: starting\n/);
  expect(stderr).not.toContain(ESCAPE);
});

test('Ctrl-C in the middle of create takes back what was made, and says so', async () => {
  await using home = new TestHome();
  const creating = new OnTerminal(home, ['create', 'dev'], { FILE_GUEST: 'silent' });
  await creating.prints(/waiting/);
  creating.type('\x03');
  const { status, stdout } = await creating.ends();
  expect(stdout).toContain('Interrupted: taking back what was made.');
  expect(stdout).toContain('Creating the machine "dev" was interrupted: what had been made was taken back.');
  expect(status).toBe(130);
  expect(home.remains).toEqual([]);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s in the middle of create takes back what was made', async (name, expected) => {
  await using home = new TestHome();
  const creating = new Program(home, ['create', 'one', 'two'], { FILE_GUEST: 'silent' });
  await creating.prints(/one: waiting/);
  await creating.prints(/two: waiting/);
  creating.signal(name);
  const { status, stdout, stderr } = await creating.ends();
  expect({ status, stdout }).toEqual({ status: expected, stdout: '' });
  for (const machine of ['one', 'two']) {
    expect(stderr).toContain(`Creating the machine "${machine}" was interrupted: what had been made was taken back.\n`);
  }
  expect(home.remains).toEqual([]);
});

test('what cannot be taken back after Ctrl-C is told, with the command that takes it away', async () => {
  await using home = new TestHome();
  const creating = new Program(home, ['create', 'dev'], { FILE_GUEST: 'silent', FILE_BROKEN: '-disk' });
  await creating.prints(/dev: waiting/);
  creating.signal('SIGINT');
  const { status, stderr } = await creating.ends();
  expect(stderr).toMatch(
    /^Creating the machine "dev" was interrupted \(not all that was made could be taken back: The disk stays\)\.\nTry: hvkit rm dev .*\n$/m,
  );
  expect(status).toBe(130);
});

describe('rm asks', () => {
  const question = /About to remove dev, with all that is on it\. \(y\/N\): /;

  test.each([
    ['n\r', 0],
    ['\r', 0],
    ['\x04', 0],
    ['\x03', 130],
  ])('and %j leaves the machine as it is', async (keys, expected) => {
    await using home = new TestHome();
    await home.open().create(home.request('dev'));
    const removing = new OnTerminal(home, ['rm', 'dev']);
    await removing.prints(question);
    removing.type(keys);
    expect((await removing.ends()).status).toBe(expected);
    expect(home.file('dev').phase).toBe('ready');
  });

  test('about those that there are, and says of the others that there are none', async () => {
    await using home = new TestHome();
    await home.open().create(home.request('dev'));
    const removing = new OnTerminal(home, ['rm', 'nosuch', 'dev']);
    await removing.prints(question);
    expect(removing.stdout).toContain('Error removing host "nosuch": Docker machine "nosuch" does not exist.');
    removing.type('y\r');
    const { status, stdout } = await removing.ends();
    expect(status).toBe(1);
    expect(stdout).toContain('Successfully removed dev');
    const { stdout: told } = await new OnTerminal(home, ['rm', 'nosuch']).ends();
    expect(told).toContain('"nosuch" does not exist');
    expect(told).not.toContain('About to remove');
  });

  test('and "y" removes it', async () => {
    await using home = new TestHome();
    await home.open().create(home.request('dev'));
    const removing = new OnTerminal(home, ['rm', 'dev']);
    await removing.prints(question);
    removing.type('y\r');
    const { status, stdout } = await removing.ends();
    expect(status).toBe(0);
    expect(stdout).toContain('Successfully removed dev');
    expect(home.remains).toEqual([]);
  });
});
