import { X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { openAuthority } from '../../src/docker/certificates';
import { generic } from '../../src/drivers/generic';
import { SshHost } from '../../src/provision/host';
import { SshClient } from '../../src/ssh/client';
import { Folder } from '../support/folder';
import { Sshd } from '../unit/ssh/sshd';
import { ask, DockerHome } from './provision';

test('a machine becomes a Docker host, which lets in this host and nobody else', async () => {
  await using home = new DockerHome();
  const steps = new Set<string>();
  const engine = { labels: ['env=test'], env: ['HTTP_PROXY=http://a b$c"d'] };
  const machine = await home.open().create(home.request('dev', { engine, tlsSans: ['docker.example.org'] }), {
    onProgress: ({ stage, message }) => {
      if (stage === 'provision') steps.add(message);
    },
  });
  expect([...steps]).toEqual([
    'looking at its system',
    'installing Docker',
    'putting certificates into it',
    'configuring Docker',
    'starting Docker',
    'waiting for Docker',
  ]);
  expect(machine.phase).toBe('ready');
  const host = await machine.docker();
  expect(host).toEqual({ url: 'tcp://127.0.0.1:2376', certPath: machine.folder, tlsVerify: true });
  expect(await ask(host, '/info')).toEqual({ Labels: ['provider=file', 'env=test'], Http: 'http://a b$c"d' });

  await expect(ask(host, '/version', { cert: '' })).rejects.toThrow();
  const server = { cert: join(machine.folder, 'server.pem'), key: join(machine.folder, 'server-key.pem') };
  await expect(ask(host, '/version', server)).rejects.toThrow();
  const { checkHost } = { checkHost: (name: string) => new X509Certificate(readFileSync(server.cert)).checkHost(name) };
  expect(['dev', 'docker.example.org', 'localhost'].map(checkHost)).not.toContain(undefined);

  for (const file of [home.system('etc', 'docker', 'server-key.pem'), server.key, join(machine.folder, 'key.pem')]) {
    expect(statSync(file).mode & 0o777).toBe(0o600);
  }
  expect(existsSync(home.system('etc', 'docker', 'key.pem'))).toBe(false);
  // The key of the server is nowhere but in its files.
  const key = readFileSync(server.key, 'utf8').split('\n')[1] ?? '';
  expect(JSON.stringify(machine.inspect())).not.toContain(key);

  // Again, there is nothing to do.
  await machine.provision();
  expect(readFileSync(home.system('log', 'systemctl.log'), 'utf8')).toBe('restart\n');
  expect(readFileSync(home.system('log', 'apt.log'), 'utf8').match(/ install /g)).toHaveLength(1);
  expect(await home.open().doctor()).toEqual([]);

  // What was changed by hand is put right.
  writeFileSync(home.system('etc', 'docker', 'daemon.json'), '{"debug": true}');
  await machine.provision();
  expect(JSON.parse(readFileSync(home.system('etc', 'docker', 'daemon.json'), 'utf8'))).toMatchObject({
    debug: true,
    tlsverify: true,
    labels: ['provider=file', 'env=test'],
  });
  expect(await ask(host, '/version')).toEqual({ Version: '20.10.24' });
});

test('certificates are made anew, by a new CA as well, and the old ones are trusted until then', async () => {
  await using home = new DockerHome();
  const hvkit = home.open();
  const machine = await hvkit.create(home.request('dev'));
  const server = () => new X509Certificate(readFileSync(join(machine.folder, 'server.pem')));
  const first = server();
  await machine.regenerateCertificates();
  const second = server();
  expect(second.serialNumber).not.toBe(first.serialNumber);
  expect(second.issuer).toBe(first.issuer);
  const host = await machine.docker();
  expect(await ask(host, '/version')).toEqual({ Version: '20.10.24' });

  // After the CA was replaced the machine is reached as before, until it is given a certificate of the new one.
  const trusted = () => readFileSync(join(home.path, 'certs', 'ca.pem'), 'utf8').match(/BEGIN CERTIFICATE/g);
  await hvkit.rotateCertificates();
  expect(trusted()).toHaveLength(2);
  expect(await ask(host, '/version')).toEqual({ Version: '20.10.24' });
  await machine.regenerateCertificates();
  expect(server().issuer).not.toBe(first.issuer);
  // It was the last one with a certificate of the old CA.
  expect(trusted()).toHaveLength(1);
  expect(await ask(host, '/version')).toEqual({ Version: '20.10.24' });
  const certs = join(home.path, 'certs');
  const mine = { ca: join(certs, 'ca.pem'), cert: join(certs, 'cert.pem'), key: join(certs, 'key.pem') };
  expect(await ask(host, '/version', mine)).toEqual({ Version: '20.10.24' });

  // One that ends soon is told by doctor.
  const authority = await openAuthority({ folder: certs, withLock: (work) => work() });
  const short = await authority.issueServer({ names: ['dev'], addresses: ['127.0.0.1'], days: 9 });
  writeFileSync(join(machine.folder, 'server.pem'), short.certificate);
  expect(await hvkit.doctor()).toMatchObject([
    {
      message: expect.stringContaining('certificate of its Docker ends on') as string,
      hint: 'hvkit regenerate-certs dev',
    },
  ]);
  expect(await hvkit.list({ docker: 'version' })).toMatchObject([
    { docker: { version: '20.10.24', certificateEnds: new Date(new X509Certificate(short.certificate).validTo) } },
  ]);

  // One that does not name the address, as after it has changed, is replaced by the next start.
  await machine.stop();
  writeFileSync(join(machine.folder, 'server.pem'), readFileSync(join(machine.folder, 'cert.pem')));
  await machine.start();
  expect(server().checkIP('127.0.0.1')).toBeDefined();
  expect(await ask(host, '/version')).toEqual({ Version: '20.10.24' });
});

test('a command of a step that does not end is told by its name', async () => {
  using programs = new Folder();
  // Who logs in is nobody.
  chmodSync(programs.path, 0o755);
  writeFileSync(join(programs.path, 'sudo'), '#!/bin/sh\nshift 2\nexec "$@"\n', { mode: 0o755 });
  await using sshd = await Sshd.start({ config: [`SetEnv "PATH=${programs.path}:/usr/bin:/bin"`] });
  await using client = await SshClient.connect(sshd.target);
  const host = await SshHost.over(client, new AbortController().signal);
  await expect(host.run('sleep', ['1000'], { timeoutMs: 100 })).rejects.toMatchObject({
    code: 'ERR_PROVISION',
    message: 'sleep 1000 took longer than 0.1 s, and was ended',
  });
});

test('upgrade: the newest Docker that the system has is what runs then', async () => {
  await using home = new DockerHome();
  const machine = await home.open().create(home.request('dev'));
  const restarts = () => readFileSync(home.system('log', 'systemctl.log'), 'utf8');
  expect(await machine.upgradeDocker()).toEqual({ before: '20.10.24', after: '26.1.5' });
  expect(await ask(await machine.docker(), '/version')).toEqual({ Version: '26.1.5' });
  expect(restarts()).toBe('restart\nrestart\n');
  // There is nothing newer: what runs is left alone.
  expect(await machine.upgradeDocker()).toEqual({ before: '26.1.5', after: '26.1.5' });
  expect(restarts()).toBe('restart\nrestart\n');
});

test('a dockerd that does not start, or does not answer, is told with what it said, and nothing of the machine is left', async () => {
  await using home = new DockerHome();
  const hvkit = home.open();
  await expect(hvkit.create(home.request('dev', { engine: { storageDriver: 'broken' } }))).rejects.toMatchObject({
    code: 'ERR_PROVISION',
    message: expect.stringMatching(
      /^The machine "dev" did not become a Docker host, starting Docker: dockerd does not start\n.*driver not supported/s,
    ) as string,
  });
  expect(await hvkit.list()).toEqual([]);
  const slow = hvkit.create(home.request('dev', { engine: { storageDriver: 'slow' } }), { timeoutMs: 8000 });
  await expect(slow).rejects.toMatchObject({
    code: 'ERR_DOCKER_NOT_READY',
    message: expect.stringMatching(
      /did not answer within 8 s\n.*dockerd said last:\n {4}API is not there yet/s,
    ) as string,
  });
  expect(await hvkit.list()).toEqual([]);
});

test("users' own hooks stand around each step; what was killed in the middle is gone on with", async () => {
  await using home = new DockerHome();
  const module = join(home.folder.path, 'own.js');
  const order = join(home.folder.path, 'order');
  writeFileSync(
    module,
    `const { appendFileSync } = require('node:fs');
     const tell = (line) => appendFileSync(${JSON.stringify(order)}, line + '\\n');
     exports.hooks = {
       before: ({ id }, host, { machine }) => tell(machine.name + ' before ' + id),
       after: async ({ id }, host) => tell('after ' + id + ' as ' + (await host.run('id', ['-un'])).trim()),
     };`,
  );
  const hvkit = home.open({ HVKIT_PROVISIONERS: module });
  const machine = await hvkit.create(home.request('dev'));
  expect(readFileSync(order, 'utf8')).toBe(
    ['install', 'certificates', 'configure', 'service'].map((id) => `dev before ${id}\nafter ${id} as root\n`).join(''),
  );

  const file = join(machine.folder, 'machine.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"phase": "ready"', '"phase": "provisioning"'));
  writeFileSync(home.system('etc', 'docker', 'daemon.json'), '{}');
  const hint = 'hvkit provision dev';
  expect(await hvkit.doctor()).toMatchObject(
    [{ kind: 'machine', message: /provisioning .*never ended/, hint }].map((each) => ({
      ...each,
      message: expect.stringMatching(each.message) as string,
    })),
  );
  expect(await hvkit.list()).toMatchObject([{ state: 'Running', reason: expect.stringContaining(hint) as string }]);
  expect(await hvkit.repair()).toMatchObject([{ hint, mended: false }]);
  await machine.provision();
  expect(machine.phase).toBe('ready');
  expect(await ask(await machine.docker(), '/version')).toEqual({ Version: '20.10.24' });
  expect(await hvkit.doctor()).toEqual([]);
});

test('a host that is there already becomes one, on the port that was named, and stays when it is removed here', async () => {
  await using home = new DockerHome();
  home.drivers.push(generic);
  const hvkit = home.open();
  const there = await hvkit.create({ name: 'there', image: home.folder.path, driver: 'file' });
  const { user, port, identityFile, hostKey } = await there.ssh();
  const options = {
    ipAddress: '127.0.0.1',
    sshUser: user,
    sshPort: port,
    sshKey: identityFile,
    hostKey,
    enginePort: 2377,
  };
  const machine = await hvkit.create({ name: 'dev', driver: 'generic', docker: true, options });
  const host = await machine.docker();
  expect(host).toEqual({ url: 'tcp://127.0.0.1:2377', certPath: machine.folder, tlsVerify: true });
  expect(await ask(host, '/info')).toMatchObject({ Labels: ['provider=generic'] });
  await machine.remove();
  expect(await there.state()).toBe('Running');
  expect((await there.exec('cat', ['/etc/docker/daemon.json'])).stdout).toContain('tcp://0.0.0.0:2377');
});
