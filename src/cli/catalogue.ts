import type { Command } from 'commander';

import type { Context } from './context';

/** A command, as its file has it: it says what it takes, and what it does. */
export interface CommandModule {
  configure(command: Command, context: Context): void | Promise<void>;
}

export interface Entry {
  name: string;
  summary: string;
  /** Under this heading in `hvkit --help`. */
  group: string;
  /** Read when the command is the one that was given. */
  load(): CommandModule;
}

const MACHINES = 'Machines:';
const INSIDE = 'Inside a machine:';
const DOCKER = 'Docker:';
const HOST = 'This host:';
const HVKIT = 'hvkit:';

/** Every command, in the order of its help. */
export const CATALOGUE: readonly Entry[] = [
  entry(MACHINES, 'create', 'make machines, start them, and wait until they answer', () =>
    require('./commands/create'),
  ),
  entry(MACHINES, 'ls', 'list machines', () => require('./commands/ls')),
  entry(MACHINES, 'start', 'start machines, and wait until they answer', () => require('./commands/start')),
  entry(MACHINES, 'stop', 'shut machines down in order', () => require('./commands/stop')),
  entry(MACHINES, 'restart', 'restart machines', () => require('./commands/restart')),
  entry(MACHINES, 'kill', 'stop machines at once, as if the plug were pulled', () => require('./commands/kill')),
  entry(MACHINES, 'pause', 'halt machines where they are', () => require('./commands/pause')),
  entry(MACHINES, 'resume', 'let paused machines go on', () => require('./commands/resume')),
  entry(MACHINES, 'rm', 'remove machines and all that belongs to them', () => require('./commands/rm')),
  entry(MACHINES, 'status', 'print the state of a machine', () => require('./commands/status')),
  entry(MACHINES, 'ip', 'print the address of machines', () => require('./commands/ip')),
  entry(MACHINES, 'inspect', 'print all that is known of a machine', () => require('./commands/inspect')),
  entry(DOCKER, 'env', 'print what points a docker client at a machine', () => require('./commands/env')),
  entry(DOCKER, 'config', 'print the options that point a docker client at a machine', () =>
    require('./commands/config'),
  ),
  entry(DOCKER, 'use', 'run a command, or your shell, for the Docker of a machine', () => require('./commands/use')),
  entry(DOCKER, 'url', 'print the URL of the Docker of machines', () => require('./commands/url')),
  entry(DOCKER, 'active', 'print which machine the docker client is pointed at', () => require('./commands/active')),
  entry(INSIDE, 'ssh', 'get a shell, or run a command in your terminal', () => require('./commands/ssh')),
  entry(INSIDE, 'exec', 'run a command, for scripts', () => require('./commands/exec')),
  entry(INSIDE, 'scp', 'copy files from and to machines', () => require('./commands/scp')),
  entry(INSIDE, 'mount', 'mount a folder of a machine on this host', () => require('./commands/mount')),
  entry(INSIDE, 'console', 'attach to the serial console', () => require('./commands/console')),
  entry(INSIDE, 'logs', 'print what the console has printed', () => require('./commands/logs')),
  entry(INSIDE, 'ssh-config', 'print a section for ~/.ssh/config', () => require('./commands/ssh-config')),
  entry(DOCKER, 'provision', 'make Docker hosts whole again, step by step', () => require('./commands/provision')),
  entry(DOCKER, 'regenerate-certs', 'give the Docker of machines new certificates', () =>
    require('./commands/regenerate-certs'),
  ),
  entry(DOCKER, 'upgrade', 'bring Docker to the newest version in machines', () => require('./commands/upgrade')),
  entry(HOST, 'doctor', 'say what is not as it should be', () => require('./commands/doctor')),
  entry(HOST, 'repair', 'put right what doctor finds', () => require('./commands/repair')),
  entry(HOST, 'purge', 'remove all that hvkit has made on this host', () => require('./commands/purge')),
  entry(HOST, 'import', 'take over the machines of docker-machine', () => require('./commands/import')),
  entry(HOST, 'image', 'list, build, pull and remove images', () => require('./commands/image')),
  entry(HOST, 'leases', 'list and release DHCP leases', () => require('./commands/leases')),
  entry(HOST, 'drivers', 'list drivers, and whether they work here', () => require('./commands/drivers')),
  entry(HOST, 'setup', 'install what a driver needs of root', () => require('./commands/setup')),
  entry(HOST, 'events', 'print what happens to machines, as it happens', () => require('./commands/events')),
  entry(HVKIT, 'settings', 'read and change defaults', () => require('./commands/settings')),
  entry(HVKIT, 'completion', 'print the completion of bash, zsh or fish', () => require('./commands/completion')),
  entry(HVKIT, 'version', "print the version, or that of a machine's Docker", () => require('./commands/version')),
  entry(HVKIT, 'help', 'print the help of a command', () => require('./commands/help')),
];

function entry(group: string, name: string, summary: string, load: () => unknown): Entry {
  return { name, summary, group, load: () => load() as CommandModule };
}
