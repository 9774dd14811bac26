import { isDeepStrictEqual } from 'node:util';

import type { DockerSpec, DriverDefinition, MachineSpec } from '../drivers/driver';
import { machineSpec } from '../drivers/spec';
import { HvError } from '../errors';
import type { Json } from '../resources/resource';
import { DOCKER_IMAGE, readDocker, settleDocker } from './docker-request';
import { checkOptionName, readDriverOption } from './driver-options';
import { nearest } from './near';
import { placed, refusal } from './refusal';
import type { CreateRequest } from './request';
import { readPublish, readShares } from './request-lists';
import type { Defaults } from './setting-keys';
import { readAccel, readBoolean, readCpus, readDisk, readImage, readMemory, readNetwork, readPath } from './values';

export interface Circumstances {
  definition: DriverDefinition;
  /** HomeSettings.defaults(). */
  defaults: Defaults;
  /** HomeSettings.driverDefaults(). */
  driverDefaults: Readonly<Record<string, Json>>;
  /** What to boot if neither the request nor the settings say. */
  defaultImage: (docker: 'docker' | undefined) => Promise<string>;
  /** What paths of this host are taken from. */
  cwd?: string;
}

type Field = keyof CreateRequest;

/** All that there is, so that the compiler asks for a new one here. */
const FIELDS: Readonly<Record<Field, true>> = {
  name: true,
  driver: true,
  cpus: true,
  memory: true,
  disk: true,
  image: true,
  checksum: true,
  network: true,
  publish: true,
  shares: true,
  accel: true,
  autostart: true,
  userData: true,
  sshKey: true,
  docker: true,
  options: true,
};

/** What a machine is to be, out of what was asked for and what is usual. Every wrong input: ERR_INVALID_REQUEST, with where it stands. */
export async function specFromRequest(request: CreateRequest, circumstances: Circumstances): Promise<MachineSpec> {
  checkRequest(request);
  const { definition, defaults, defaultImage, cwd = process.cwd() } = circumstances;
  refuseMaking(request, definition);
  const given = <T>(field: Field, read: (value: unknown) => T): T | undefined => {
    const value: unknown = request[field];
    return value === undefined ? undefined : placed(field, () => read(value));
  };
  const network = given('network', readNetwork) ?? defaults.network;
  const sshKey = given('sshKey', (value) => readPath(value, '~/.ssh/id_ed25519')) ?? defaults.sshKey;
  const checksum = given('checksum', readChecksum);
  const userData = given('userData', readUserData);
  const options = optionsOf(request, circumstances);
  const image = given('image', readImage);
  refuseTwoImages(image, request, circumstances);
  const asked = given('docker', readDocker);
  const booted =
    definition.takes?.image === false
      ? undefined
      : (image ?? imageIn(options, circumstances) ?? defaults.image ?? (await defaultImage(asked && 'docker')));
  const docker = asked ?? (booted === DOCKER_IMAGE && request.docker === undefined ? readDocker(true) : undefined);
  const spec = {
    cpus: given('cpus', readCpus) ?? defaults.cpus,
    memory: given('memory', readMemory) ?? defaults.memory,
    disk: given('disk', readDisk) ?? defaults.disk,
    accel: given('accel', readAccel) ?? defaults.accel,
    autostart: given('autostart', readBoolean) ?? defaults.autostart,
    publish: readPublish(given('publish', readList) ?? []),
    shares: await readShares(given('shares', readList) ?? [], cwd),
    options,
    ...(booted !== undefined && { image: booted }),
    ...(checksum !== undefined && { checksum }),
    ...(network !== undefined && { network }),
    ...(userData !== undefined && { userData }),
    ...(sshKey !== undefined && { sshKey }),
    ...(docker && dockerFields(docker, definition, () => settleDocker(docker, { image: booted, defaults }))),
  };
  // The one that is stored, and read again by other versions.
  return machineSpec.parse(spec);
}

/** Under which name its Docker stands: of one that somebody else looks after there is only what was told. */
function dockerFields(
  told: DockerSpec,
  { takes }: DriverDefinition,
  settle: () => DockerSpec,
): Pick<MachineSpec, 'docker' | 'dockerAsTold'> {
  if (takes?.docker !== false) return { docker: placed('image', settle) };
  return isDeepStrictEqual(told, readDocker(true)) ? {} : { dockerAsTold: told };
}

/** Refuses what no driver could make anything of. Also for whoever has yet to find the driver that the request names. */
export function checkRequest(request: CreateRequest): void {
  for (const field of Object.keys(request)) {
    if (Object.hasOwn(FIELDS, field)) continue;
    const near = nearest(field, Object.keys(FIELDS));
    throw new HvError({
      code: 'ERR_INVALID_REQUEST',
      message: `A machine has no "${field}"`,
      hint: near ?? `One of ${Object.keys(FIELDS).join(', ')}`,
    });
  }
  if (request.driver !== undefined && typeof request.driver !== 'string') {
    throw placedRefusal('driver', request.driver, 'is no name of a driver', 'kvm');
  }
}

/** What a machine is made with is refused where it is there already: whoever asks for it would not get it. */
const OF_MAKING = ['image', 'checksum', 'userData', 'cpus', 'memory', 'disk', 'network', 'accel'] as const;

function refuseMaking(request: CreateRequest, { name, takes }: DriverDefinition): void {
  if (takes?.image !== false) return;
  const field = OF_MAKING.find((each) => request[each] !== undefined);
  if (field === undefined) return;
  throw new HvError({
    code: 'ERR_INVALID_REQUEST',
    message: `${field}: the driver ${name} takes machines as they are, and makes none`,
    hint: `hvkit create --driver ${name} --help shows what it takes`,
  });
}

function optionsOf(request: CreateRequest, { definition, driverDefaults }: Circumstances): Record<string, Json> {
  const { options = {} } = request;
  if (typeof options !== 'object' || Array.isArray(options)) {
    throw placedRefusal('options', options, 'is no object', "{ uri: 'qemu:///session' }");
  }
  const own = Object.entries(options).map(([name, value]): [string, Json] =>
    placed(`options.${name}`, () => {
      checkOptionName(definition, name);
      return [name, readDriverOption(definition, name, value)];
    }),
  );
  // `--memory` stands before $KVM_MEMORY, as every flag does before every variable.
  const usual = Object.entries(driverDefaults).filter(([name]) => {
    const common = definition.sameAs?.[name];
    return common === undefined || request[common] === undefined;
  });
  return Object.fromEntries([...usual, ...own]);
}

/** As --image would be read. */
function imageIn(options: Readonly<Record<string, Json>>, { definition }: Circumstances): string | undefined {
  const image = definition.imageIn?.(options);
  return image === undefined ? undefined : placed('options', () => readImage(image));
}

/** What the request says stands before a setting; of itself it must not say two things. */
function refuseTwoImages(
  image: string | undefined,
  { options = {} }: CreateRequest,
  circumstances: Circumstances,
): void {
  const other = imageIn(options, circumstances);
  if (image === undefined || other === undefined || image === other) return;
  const { name } = circumstances.definition;
  throw placedRefusal('image', image, `is another image than the driver ${name}'s own option names`, other);
}

function readList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  throw refusal(value, 'is no list', "['8080:80']");
}

function readChecksum(value: unknown): string {
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  if (/^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(text)) return text;
  throw refusal(value, 'is no checksum', 'sha256: and 64 hexadecimal digits, or sha512: and 128');
}

/** Its text may hold passwords: no message shows it. */
function readUserData(value: unknown): string {
  if (typeof value !== 'string') throw refusal(undefined, 'is no text', 'the content of the file, not its name');
  const { besideTheirs } = require('../images/user-data') as typeof import('../images/user-data');
  // Now, and not when half of the machine is made.
  besideTheirs(value, []);
  return value;
}

function placedRefusal(place: string, value: unknown, why: string, example: string): HvError {
  const { message, hint } = refusal(value, why, example);
  return new HvError({ code: 'ERR_INVALID_REQUEST', message: `${place}: ${message}`, hint });
}
