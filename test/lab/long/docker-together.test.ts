import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Cli, inventory, linkDocker } from '../cli';
import { DockerClient, inShell } from '../docker-client';

/** Guests of software take their time where others are at work, and here are two. */
const LONG = 1_800_000;
const SIZE = ['--image', 'docker', '--network', 'nat', '--cpus', '2', '--memory', '1G', '--disk', '2G'];
/** There is no registry to ask whether an image is the newest. */
const OFFLINE = ['--engine-env', 'DOCKER_SERVICE_PREFER_OFFLINE_IMAGE=1'];
/** As scripts for classic Swarm have it: what the store was, and where each is reached in it, on an interface that is none here. */
const CLASSIC = [
  ...['--swarm-discovery', 'consul://192.0.2.1:8500', '--engine-opt', 'cluster-store=consul://192.0.2.1:8500'],
  ...['--engine-opt', 'cluster-advertise=eth1:2376'],
];

/** The one is reached by its name in the network of both, and by a port of the machine. */
const COMPOSE = `
version: '3'
services:
  web:
    image: tiny
    command: [sh, -c, 'echo from web >/answer; exec httpd -f -p 80 -h /']
    ports: ['8080:80']
  other:
    image: tiny
    command: [sleep, '100000']
    depends_on: [web]
`;
const ASK = 'until wget -q -O - http://web/answer; do sleep 1; done';

const cli = new Cli({ patience: 900, env: { HVKIT_TIMEOUT: '900' } });
let before: ReturnType<typeof inventory>;
let client: DockerClient;
let docker: ReturnType<DockerClient['of']>;

beforeAll(() => {
  before = inventory();
  linkDocker(cli.home);
  client = new DockerClient();
  cli.done('create', ...SIZE, ...OFFLINE, ...CLASSIC, '--swarm-master', 'dev');
  client.load(cli, 'dev');
  docker = client.of(cli, 'dev');
}, LONG);

test(
  'a file with two services, up and down by docker-compose',
  async () => {
    const file = join(cli.home, '..', 'compose.yaml');
    writeFileSync(file, COMPOSE);
    const compose = (...args: string[]): string =>
      inShell(cli, 'dev', ['docker-compose', '--project-name', 'two', '--file', file, ...args]);
    compose('up', '--detach');
    expect(compose('ps', '--services', '--filter', 'status=running').split('\n').toSorted()).toEqual(['other', 'web']);
    expect(docker('exec', 'two_other_1', 'sh', '-c', ASK)).toBe('from web');
    const answer = await fetch(`http://${cli.done('ip', 'dev')}:8080/answer`);
    expect(await answer.text()).toBe('from web\n');
    compose('down', '--timeout', '1');
    expect(docker('ps', '--all', '--quiet')).toBe('');
    expect(docker('network', 'ls', '--format', '{{.Name}}').split('\n')).not.toContain('two_default');
  },
  LONG,
);

test(
  'a swarm of two machines, and a service that runs on both',
  () => {
    cli.done('create', ...SIZE, ...OFFLINE, ...CLASSIC, '--swarm', 'worker');
    client.load(cli, 'worker');
    const lines = (...args: string[]): string[] =>
      docker(...args)
        .split('\n')
        .map((line) => line.trim())
        .toSorted();
    expect(lines('node', 'ls', '--format', '{{.Hostname}} {{.Status}} {{.ManagerStatus}}')).toEqual([
      'dev Ready Leader',
      'worker Ready',
    ]);
    expect(cli.done('config', '--swarm', 'worker')).toBe(cli.done('config', 'dev'));

    docker('service', 'create', '--quiet', '--replicas', '2', '--name', 'both', 'tiny', 'sleep', '100000');
    const tasks = lines('service', 'ps', 'both', '--format', '{{.Node}} {{.CurrentState}}');
    expect(tasks).toEqual([expect.stringMatching(/^dev Running /), expect.stringMatching(/^worker Running /)]);

    // What was joined is not joined again.
    cli.done('provision', 'worker');
    expect(lines('node', 'ls', '--format', '{{.Hostname}} {{.Status}}')).toEqual(['dev Ready', 'worker Ready']);
  },
  LONG,
);

afterAll(() => {
  cli.done('rm', '-f', '-y', 'worker', 'dev');
  expect(inventory()).toEqual(before);
}, LONG);
