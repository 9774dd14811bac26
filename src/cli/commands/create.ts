import { Option, type Command } from 'commander';

import type { CreateRequest, Json, Machine } from '../../index';
import type { Context } from '../context';
import { addDockerFlags, dockerOf, type DockerFlags } from '../docker-flags';
import { addDriverFlags } from '../driver-flags';
import { examples, type Example } from '../examples';
import type { Face } from '../face';
import { readText } from '../files';
import { collect, wholeNumber } from '../option';
import { UsageError } from '../report';
import { workOnEach } from '../work';

interface CreateOptions extends DockerFlags {
  driver?: string;
  cpus?: number;
  memory?: string;
  disk?: string;
  image?: string;
  checksum?: string;
  userData?: string;
  sshKey?: string;
  publish?: string[];
  network?: string;
  accel?: 'auto' | 'kvm' | 'tcg';
  autostart?: boolean;
  share?: string[];
}

const ON_A_HOST = '-d generic --generic-ip-address 192.0.2.10 --generic-ssh-user debian box';

const MACHINES: readonly Example[] = [
  ['hvkit create dev', ''],
  ['hvkit create --cpus 4 --memory 4G --disk 40G --image debian big', ''],
  ['hvkit create web db cache', 'three at once'],
  ['hvkit create -p 8080:80 --share "$PWD:/work" web', ''],
  ['hvkit create --docker dev', 'a Docker host; then: eval "$(hvkit env dev)"'],
  [`hvkit create --docker ${ON_A_HOST}`, 'Docker on a host that is there already'],
];

const DOCKER_HOSTS: readonly Example[] = [
  ['hvkit create dev', 'then: eval "$(hvkit env dev)"'],
  ['hvkit create --cpus 4 --memory 4G --disk 40G --engine-label env=test big', ''],
  [`hvkit create ${ON_A_HOST}`, 'on a host that is there already'],
  ['hvkit create --no-docker plain', 'a machine without Docker'],
];

const afterHelp = ({ usageStatus }: Pick<Face, 'usageStatus'>): string => `
The user in the guest is hvkit, or the distribution's usual one (debian, ubuntu, alpine, fedora), who may use sudo without a
password. What is not given here is taken from the environment
(HVKIT_CPUS, ...), from the settings (hvkit settings list), or is the default. Several machines are made at once.

Exit status: 0; 1 something failed${usageStatus === 1 ? ', or wrong usage' : '; 2 wrong usage'}; 3 a check said no before anything was made. What fails leaves nothing behind.`;

export async function configure(command: Command, context: Context): Promise<void> {
  command
    .argument('[names...]', 'of letters, digits, dots and hyphens')
    .option('-d, --driver <name>', 'who runs it (MACHINE_DRIVER; default: the best that works here, see hvkit drivers)')
    .option('--cpus <number>', 'virtual processors (default: 2)', wholeNumber)
    .option('--memory <size>', 'such as 512M or 4G; a bare number counts MiB (default: 1G)')
    .option('--disk <size>', 'such as 20G; a bare number counts GiB (default: 20G)')
    .option(
      '--image <image>',
      'a name from hvkit image ls, a path, a URL, or a folder with a kernel and an initrd (default: micro where it can be ' +
        'built or is cached, else debian; of a Docker host: docker, else debian)',
    )
    .option('--checksum <digest>', 'sha256:... or sha512:... of an image that is a URL')
    .option('--user-data <file>', 'cloud-init user-data, or a script that begins with #!; micro takes a script only')
    .option('--ssh-key <file>', 'your own private key, instead of one made for the machine')
    .option(
      '-p, --publish <host:guest>',
      'a port of 127.0.0.1 that leads to one of the guest, by the network user; :guest takes a free one; /udp behind it; ' +
        'repeatable',
      collect,
    )
    .option(
      '--network <network>',
      'user, nat, nat:SUBNET, network=NAME or bridge=NAME (default: nat where it works, user elsewhere and with -p)',
    )
    .addOption(new Option('--accel <how>', 'acceleration (default: auto)').choices(['auto', 'kvm', 'tcg']))
    .option('--autostart', 'start it when this host starts')
    .option(
      '--share <host:guest>',
      'a folder of this host, mounted in the guest; :ro behind it: read-only; repeatable',
      collect,
    );
  addDockerFlags(command, context.face);
  const readFlags = await addDriverFlags(command, context);
  command.action(async (names: string[], options: CreateOptions) => {
    if (names.length === 0) throw new UsageError('No machine name specified', 'hvkit create dev');
    const [, ...more] = names;
    // In its words, and as there: what stands behind a forgotten quote is no machine.
    if (context.face.makesDockerHosts && more.length > 0) {
      throw new UsageError(`Invalid command line. Found extra arguments [${more.join(' ')}]`);
    }
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new UsageError(`The machine "${twice}" is named twice`);
    for (const name of names) context.hvkit.checkName(name);
    refuseOnePort(names, options.publish ?? []);
    const request = {
      // What was asked of it besides says the same, and more.
      ...(context.face.makesDockerHosts && { docker: true }),
      ...requestOf(options, readFlags({ ...options })),
    };
    await workOnEach(context, names, {
      doing: 'checking',
      interrupted: {
        first: 'Interrupted: taking back what was made.',
        second: `Interrupted again. Some of it may be left.\nTry: hvkit rm -f ${names.join(' ')}`,
      },
      work: async (name, work) => announce(await context.hvkit.create({ ...request, name }, work)),
    });
  });
  command.addHelpText('after', afterHelp(context.face));
  examples(command, context.face.makesDockerHosts ? DOCKER_HOSTS : MACHINES);
}

/** The first of them would get it, and the others fail when they start. */
function refuseOnePort(names: readonly string[], publish: readonly string[]): void {
  const fixed = publish.find((each) => /^(?:[^:]*:)?\d+:\d/.test(each));
  if (names.length < 2 || fixed === undefined) return;
  const free = fixed.replace(/^.*(?=:)/, '');
  throw new UsageError(
    `${names.length} machines cannot have the same port of this host: --publish ${fixed}`,
    `--publish ${free}, which takes a free port for each`,
  );
}

/** What all of them have in common. */
function requestOf(options: CreateOptions, own: Record<string, Json>): Omit<CreateRequest, 'name'> {
  const { driver, cpus, memory, disk, image, checksum, network, accel, autostart, sshKey, publish } = options;
  const { share: shares, userData } = options;
  const docker = dockerOf(options);
  return {
    ...given({
      driver,
      cpus,
      memory,
      disk,
      image,
      checksum,
      network,
      accel,
      autostart,
      sshKey,
      publish,
      shares,
      docker,
    }),
    ...(userData !== undefined && { userData: readText('--user-data', userData) }),
    options: own,
  };
}

/** Without those that were not: they have their default elsewhere. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

/** Nobody knows of them yet. */
async function chosenPorts(machine: Machine): Promise<string[]> {
  const { publish } = machine.spec;
  if (publish.every(({ host }) => host !== undefined)) return [];
  const { host: address, ports = [] } = await machine.address();
  return ports
    .filter(({ host }) => !publish.some((each) => each.host === host))
    .filter(({ guest, protocol }) => publish.some((each) => each.guest === guest && each.protocol === protocol))
    .map(({ guest, protocol, host }) => `Its port ${guest}/${protocol} is at ${address}:${host}.`);
}

async function announce(machine: Machine): Promise<string> {
  const { name, spec, driverName } = machine;
  // A URL is nothing but a Docker host, and nobody can be logged in there.
  const isDockerHost = spec.docker !== undefined || driverName === 'none';
  const next = isDockerHost ? `Point docker at it: eval "$(hvkit env ${name})"` : `Get a shell: hvkit ssh ${name}`;
  return [`Machine "${name}" is ready.`, ...(await chosenPorts(machine)), next].join(' ');
}
