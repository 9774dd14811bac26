import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Cli, inventory, linkDocker } from './cli';

/** A guest of software takes its time where others are at work. */
const LONG = 900_000;

/** Debian's own programs, out of the packages that the image was made of: docker's client, and a root file system. */
function debian(): { client: string; root: string } {
  const packages = join(realpathSync(process.env['HVKIT_LAB_DOCKER'] ?? ''), '..', 'packages');
  const folder = mkdtempSync(join(tmpdir(), 'hvkit-docker-'));
  for (const name of ['docker.io_', 'busybox-static_']) {
    const file = readdirSync(packages).find((each) => each.startsWith(name)) ?? name;
    execFileSync('dpkg-deb', ['--extract', join(packages, file), folder]);
  }
  const root = join(folder, 'root');
  mkdirSync(join(root, 'bin'), { recursive: true });
  cpSync(join(folder, 'bin', 'busybox'), join(root, 'bin', 'busybox'));
  for (const name of ['sh', 'echo', 'cat', 'sleep']) symlinkSync('busybox', join(root, 'bin', name));
  return { client: join(folder, 'usr', 'bin', 'docker'), root };
}

test(
  'a Docker host, from create to rm, by the ordinary client of docker',
  () => {
    const before = inventory();
    const cli = new Cli({ patience: 600, env: { HVKIT_TIMEOUT: '600' } });
    linkDocker(cli.home);
    const { client, root } = debian();
    const size = ['--cpus', '2', '--memory', '1G', '--disk', '4G'];
    cli.done('create', '--image', 'docker', '--network', 'user', ...size, '--engine-label', 'env=test', 'dev');

    const folder = join(cli.home, 'machines', 'dev');
    const docker = (...args: string[]): string =>
      execFileSync(client, args, {
        encoding: 'utf8',
        env: { DOCKER_HOST: cli.done('url', 'dev'), DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder, HOME: root },
        timeout: 120_000,
      }).trim();
    expect(docker('info', '--format', '{{json .Labels}}')).toBe('["provider=kvm","env=test"]');

    const tar = execFileSync('tar', ['-C', root, '-c', 'bin'], { maxBuffer: 2 ** 26 });
    execFileSync(client, ['import', '-', 'tiny'], {
      input: tar,
      env: { DOCKER_HOST: cli.done('url', 'dev'), DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder, HOME: root },
    });
    expect(docker('run', '--rm', 'tiny', 'echo', 'from a container')).toBe('from a container');
    docker('run', '--detach', '--restart', 'always', '--name', 'stays', 'tiny', 'sh', '-c', 'echo begun; sleep 100000');
    expect(docker('logs', 'stays')).toBe('begun');
    expect(docker('exec', 'stays', 'echo', 'inside')).toBe('inside');
    expect(cli.done('doctor')).not.toContain('dev');

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
