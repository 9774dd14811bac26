import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import type { Progress } from '../../../src/machines/progress';
import { writeKeyPair } from '../../../src/ssh/keys';
import { TestHome } from '../../support/home';

test('a machine is made, answers over ssh, and is gone when it is removed', async () => {
  await using home = new TestHome();
  const hvkit = home.open();
  const seen: Progress[] = [];
  const machine = await hvkit.create(home.request('dev'), { onProgress: (progress) => seen.push(progress) });

  expect(machine).toMatchObject({
    name: 'dev',
    driverName: 'file',
    phase: 'ready',
    folder: join(home.path, 'machines', 'dev'),
  });
  expect(await machine.state()).toBe('Running');
  expect(await machine.address()).toEqual({ host: '127.0.0.1', sshPort: expect.any(Number) as number });
  expect(await machine.ip()).toBe('127.0.0.1');
  expect(await machine.exec('printf', ['%s|', 'a b', '$HOME'])).toEqual({
    status: 0,
    stdout: 'a b|$HOME|',
    stderr: '',
  });
  expect(await machine.exec('sh', ['-c', 'cat; exit 3'], { input: 'in' })).toMatchObject({ status: 3, stdout: 'in' });
  expect([...new Set(seen.map(({ stage }) => stage))]).toEqual(['image', 'check', 'resources', 'start', 'ready']);
  expect(seen.map(({ message }) => message)).toContain('making the disk');
  expect(home.file('dev')).toMatchObject({ phase: 'ready', address: { host: '127.0.0.1' } });
  expect(statSync(join(machine.folder, 'id_ed25519')).mode & 0o777).toBe(0o600);
  expect(machine.inspect()).toMatchObject({ name: 'dev', folder: machine.folder, spec: { cpus: 2 } });

  await machine.remove();
  expect(home.remains).toEqual([]);
  await expect(machine.state()).rejects.toMatchObject({ code: 'ERR_NO_MACHINE' });
  await expect(machine.remove()).rejects.toMatchObject({ message: 'Docker machine "dev" does not exist' });
});

test('the login in the URL of an image is neither told nor stored', async () => {
  await using home = new TestHome();
  const told: string[] = [];
  // Nobody listens at this port.
  const image = 'http://me:secret@127.0.0.1:9/disk.qcow2';
  const request = { ...home.request('dev'), image, checksum: `sha256:${'0'.repeat(64)}` };
  const stop = new AbortController();
  const made = home.open().create(request, {
    signal: stop.signal,
    onProgress: ({ message }) => {
      told.push(message);
      stop.abort();
    },
  });
  await expect(made).rejects.toMatchObject({ code: 'ABORT_ERR' });
  expect(told).toContain('looking for the image http://127.0.0.1:9/disk.qcow2');
  expect(told.join()).not.toContain('secret');
});

test('the user data, which may hold passwords, is not shown', async () => {
  await using home = new TestHome();
  const userData = '#!/bin/sh\necho hunter2 | passwd --stdin root\n';
  const machine = await home.open().create({ ...home.request('dev'), userData });
  expect(machine.spec.userData).toBe(userData);
  expect(JSON.stringify(machine.inspect())).not.toContain('hunter2');
  expect(machine.inspect()).toMatchObject({
    spec: { userData: { bytes: userData.length, sha256: createHash('sha256').update(userData).digest('hex') } },
  });
});

test("with the user's own key, which is not copied", async () => {
  await using home = new TestHome();
  const own = await writeKeyPair(home.folder.path, 'own', 'me');
  const machine = await home.open().create({ ...home.request('dev'), sshKey: own.privateFile });
  expect(await machine.ssh()).toMatchObject({ identityFile: own.privateFile });
  expect((await machine.exec('true')).status).toBe(0);
  expect(() => statSync(join(machine.folder, 'id_ed25519'))).toThrow('ENOENT');
  await machine.remove();
  expect(readFileSync(own.privateFile, 'utf8')).toContain('PRIVATE KEY');
});

test('of two who make the same machine one is told that there is one', async () => {
  await using home = new TestHome();
  const outcomes = await Promise.allSettled([home.open(), home.open()].map((each) => each.create(home.request('dev'))));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const [failed] = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
  expect(failed).toMatchObject({ code: 'ERR_MACHINE_EXISTS', message: 'Docker machine "dev" already exists' });
  await expect(home.open().create(home.request('dev'))).rejects.toMatchObject({ code: 'ERR_MACHINE_EXISTS' });
});

test('several are made at once', async () => {
  await using home = new TestHome();
  const hvkit = home.open();
  await Promise.all(['node10', 'node2', 'a'].map((name) => hvkit.create(home.request(name))));
  expect((await hvkit.machines()).map(({ name }) => name)).toEqual(['a', 'node2', 'node10']);
});

test.each([
  ['dev_1', 'ERR_INVALID_NAME', 'Error creating machine: Invalid hostname specified.'],
  ['../dev', 'ERR_INVALID_NAME', 'Error creating machine: Invalid hostname specified.'],
  ['', 'ERR_INVALID_NAME', 'Error creating machine: Invalid hostname specified.'],
  ['d'.repeat(64), 'ERR_INVALID_NAME', 'longer than 63 characters'],
])('a name that is none: %p', async (name, code, message) => {
  await using home = new TestHome();
  const creating = home.open().create(home.request(name));
  await expect(creating).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  expect(home.remains).toEqual([]);
  await expect(home.open().machine(name)).rejects.toMatchObject({ code: 'ERR_NO_MACHINE' });
});

test('what the driver refuses is refused before anything is made', async () => {
  await using home = new TestHome();
  const hvkit = home.open();
  await expect(hvkit.create(home.request('dev', { refuse: true }))).rejects.toMatchObject({
    code: 'ERR_PRECREATE',
    message: 'There is no room for "dev"',
    hint: 'make room',
    cause: { code: 'ERR_TEST_REFUSED' },
  });
  const shares = [{ host: home.folder.path, guest: '/mnt', readOnly: false }];
  await expect(hvkit.create({ ...home.request('dev'), shares })).rejects.toMatchObject({
    code: 'ERR_PRECREATE',
    message: 'The driver file cannot share folders with a guest',
  });
  await expect(hvkit.create({ ...home.request('dev'), driver: 'vmware' })).rejects.toMatchObject({
    code: 'ERR_NO_DRIVER',
  });
  await expect(hvkit.create({ ...home.request('dev'), image: './none.qcow2' })).rejects.toMatchObject({
    code: 'ERR_PRECREATE',
    message: expect.stringContaining('none.qcow2') as string,
    cause: { code: 'ERR_IMAGE_FILE' },
  });
  expect(home.remains).toEqual([]);
});

test('what no image would change is refused before one is looked for', async () => {
  await using home = new TestHome();
  const seen: Progress[] = [];
  // Nobody listens at this port.
  const image = { image: 'http://127.0.0.1:9/disk.qcow2', checksum: `sha256:${'0'.repeat(64)}` };
  const request = { ...home.request('dev', { refuseSpec: true }), ...image };
  await expect(home.open().create(request, { onProgress: (progress) => seen.push(progress) })).rejects.toMatchObject({
    code: 'ERR_PRECREATE',
    message: 'No image would do for "dev"',
  });
  expect(seen).toEqual([]);
  // That one cannot be fetched is no refusal: it may go well next time.
  await expect(home.open().create({ ...request, options: {} })).rejects.toMatchObject({ code: 'ERR_DOWNLOAD' });
  expect(home.remains).toEqual([]);
});

test('a step that fails is taken back, with all before it', async () => {
  await using home = new TestHome();
  const seen: string[] = [];
  const onProgress = ({ stage }: Progress) => seen.push(stage);
  await expect(home.open().create(home.request('dev', { broken: 'disk' }), { onProgress })).rejects.toMatchObject({
    code: 'ERR_TEST_BROKEN',
    message: 'The disk broke',
  });
  expect(seen).toContain('rollback');
  expect(home.remains).toEqual([]);
});

test('what cannot be taken back stays known, and rm goes on with it', async () => {
  await using home = new TestHome();
  const hvkit = home.open();
  await expect(hvkit.create(home.request('dev', { guest: 'dies', broken: '-disk' }))).rejects.toMatchObject({
    code: 'ERR_MACHINE_DIED',
    message: expect.stringMatching(
      /ended while it was starting[^]*not all that was made could be taken back: The disk stays/,
    ) as string,
    hint: 'hvkit rm dev takes away what is left.',
  });
  const machine = await hvkit.machine('dev');
  expect(machine.phase).toBe('creating');
  await expect(machine.start()).rejects.toMatchObject({ code: 'ERR_UNFINISHED', hint: 'hvkit rm dev' });
  await expect(machine.remove()).rejects.toMatchObject({ message: 'The disk stays' });
  expect(home.file('dev')).toMatchObject({ phase: 'removing', resources: { disk: { state: 'deleting' } } });
  expect(Object.keys(home.file('dev').resources).sort()).toEqual(['disk', 'host-key', 'key']);
  await machine.remove({ force: true });
  expect(home.warnings).toEqual(['"dev" was forgotten, and something of it may be left: The disk stays']);
  await expect(hvkit.machine('dev')).rejects.toMatchObject({ code: 'ERR_NO_MACHINE' });
});

test.each([
  ['image', 'nothing had been made'],
  ['resources', 'what had been made was taken back'],
  ['start', 'what had been made was taken back'],
  ['ready', 'what had been made was taken back'],
] as const)('aborted in the stage %s', async (at, what) => {
  await using home = new TestHome();
  const stop = new AbortController();
  const creating = home.open().create(home.request('dev', { guest: 'silent' }), {
    signal: stop.signal,
    onProgress: ({ stage, message }) => {
      if (stage === at && !message.includes('address')) stop.abort();
    },
  });
  await expect(creating).rejects.toMatchObject({
    code: 'ABORT_ERR',
    message: `Creating the machine "dev" was interrupted: ${what}`,
  });
  expect(home.remains).toEqual([]);
});

test('a full disk in the middle is taken back', async () => {
  await using home = new TestHome();
  const creating = home.open().create(home.request('dev'), {
    onProgress: ({ message }) => {
      if (message !== 'making the disk') return;
      const file = join(home.path, 'machines', 'dev', 'machine.json.new');
      symlinkSync('/dev/full', file);
    },
  });
  await expect(creating).rejects.toMatchObject({
    code: 'ERR_NO_SPACE',
    message: expect.stringContaining('machine.json cannot be written: ENOSPC') as string,
  });
  expect(home.remains).toEqual([]);
});

test('a folder that a killed process left behind is no obstacle', async () => {
  await using home = new TestHome();
  mkdirSync(join(home.path, 'machines', 'dev'), { recursive: true });
  const machine = await home.open().create(home.request('dev'));
  expect(machine.phase).toBe('ready');
});
