import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Cli, inventory, linkDocker } from './cli';
import { DockerClient } from './docker-client';
import { ask } from './provision';

/** A guest of software takes its time where others are at work. */
const LONG = 900_000;

test(
  'a Docker host, from create to rm, by the ordinary client of docker',
  async () => {
    const before = inventory();
    const cli = new Cli({ patience: 600, env: { HVKIT_TIMEOUT: '600' } });
    linkDocker(cli.home);
    const client = new DockerClient();
    const size = ['--cpus', '2', '--memory', '1G', '--disk', '4G'];
    cli.done('create', '--image', 'docker', '--network', 'user', ...size, '--engine-label', 'env=test', 'dev');

    const folder = join(cli.home, 'machines', 'dev');
    const docker = client.of(cli, 'dev');
    const labels = JSON.parse(docker('info', '--format', '{{json .Labels}}')) as string[];
    // dockerd has them in a map, and tells them in any order.
    expect(labels.sort()).toEqual(['env=test', 'provider=kvm']);

    // Whoever has no certificate of a client is not let in, nor is a machine with its own.
    const host = { url: cli.done('url', 'dev'), certPath: folder, tlsVerify: true };
    const asMachine = { cert: join(folder, 'server.pem'), key: join(folder, 'server-key.pem') };
    expect(await ask(host, '/version')).toMatchObject({ Os: 'linux' });
    for (const files of [{ cert: '' }, asMachine]) await expect(ask(host, '/version', files)).rejects.toThrow();

    client.load(cli, 'dev');
    expect(docker('run', '--rm', 'tiny', 'echo', 'from a container')).toBe('from a container');
    docker('run', '--detach', '--restart', 'always', '--name', 'stays', 'tiny', 'sh', '-c', 'echo begun; sleep 100000');
    expect(docker('logs', 'stays')).toBe('begun');
    expect(docker('exec', 'stays', 'echo', 'inside')).toBe('inside');
    expect(cli.done('doctor')).not.toContain('dev');

    const here = mkdtempSync(join(tmpdir(), 'hvkit-mount-'));
    cli.done('mount', 'dev:/tmp', here);
    writeFileSync(join(here, 'note'), 'from the host');
    expect(cli.done('exec', 'dev', 'cat', '/tmp/note')).toBe('from the host');
    cli.done('mount', '-u', 'dev:/tmp', here);
    expect(readdirSync(here)).toEqual([]);

    cli.done('stop', 'dev');
    cli.done('start', 'dev');
    expect(docker('ps', '--format', '{{.Names}}')).toBe('stays');
    const certificate = (): string => readFileSync(join(folder, 'server.pem'), 'utf8');
    const old = certificate();
    cli.done('regenerate-certs', '-f', 'dev');
    expect(certificate()).not.toBe(old);
    expect(docker('version', '--format', '{{.Server.Os}}')).toBe('linux');

    cli.done('rm', '-y', 'dev');
    expect(readdirSync(join(cli.home, 'machines'))).toEqual([]);
    expect(inventory()).toEqual(before);
  },
  LONG,
);
