import { resolve } from 'node:path';

import { machineSpec, network as networkSpec } from '../drivers/spec';
import type { MachineSpec, NetworkSpec } from '../drivers/driver';
import type { HvError } from '../errors';
import { parseSubnet } from '../net/subnet';
import { parseSize } from '../units';
import { refusal } from './refusal';

const MIB = 2 ** 20;
const ACCELERATORS = machineSpec.shape.accel.unwrap().options;
/** Of an interface's name: the kernel has room for so many letters. */
const LONGEST_INTERFACE = 15;
const LONGEST_NAME = 255;

// Each reads one thing that a request or a setting says, as people or as programs write it; placed() says where it stood.

export function readCpus(value: unknown): number {
  const parsed = machineSpec.shape.cpus.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refusal(value, 'is no number of processors: it is a whole number from 1 to 512', '4');
}

/** MiB. */
export function readMemory(value: unknown): number {
  const amount = typeof value === 'string' ? Math.round(parseSize(value, 'M') / MIB) : value;
  const parsed = machineSpec.shape.memory.safeParse(amount);
  if (parsed.success) return parsed.data;
  throw refusal(value, 'is no amount of memory: it is a whole number of MiB, 64 at least', '2G');
}

/** Bytes; a bare number in a text counts GiB. */
export function readDisk(value: unknown): number {
  const parsed = machineSpec.shape.disk.safeParse(typeof value === 'string' ? parseSize(value, 'G') : value);
  if (parsed.success) return parsed.data;
  throw refusal(value, 'is no size of a disk: it is a whole number of bytes, 1 MiB at least', '20G');
}

export function readAccel(value: unknown): MachineSpec['accel'] {
  const found = ACCELERATORS.find((each) => each === value);
  if (found !== undefined) return found;
  throw refusal(value, `is no acceleration: it is one of ${ACCELERATORS.join(', ')}`, 'auto');
}

export function readBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw refusal(value, 'is neither true nor false', 'true');
}

export function readWord(value: unknown, example: string): string {
  if (typeof value === 'string' && value.trim() !== '' && !/\p{Cc}/u.test(value)) return value;
  throw refusal(value, 'is not a text, or an empty one, or has control characters in it', example);
}

/** A file or folder of this host. */
export function readPath(value: unknown, example: string): string {
  const path = readWord(value, example);
  // Who writes it into a file, or gives it to a program, has no shell that does this.
  const home = process.env['HOME'];
  return resolve(home === undefined ? path : path.replace(/^~(?=\/|$)/, home));
}

/** A path becomes whole: it is read again when the working directory is another one. */
export function readImage(value: unknown): string {
  const image = readWord(value, 'debian');
  const isPath = /^(?:\.{1,2}|~)?\//.test(image);
  return isPath ? readPath(image, 'debian') : image;
}

export function readNetwork(value: unknown): NetworkSpec {
  const wanted = typeof value === 'string' ? networkOfText(value) : value;
  const parsed = networkSpec.safeParse(wanted);
  if (!parsed.success) throw noNetwork(value);
  checkNetwork(parsed.data);
  return parsed.data;
}

function networkOfText(text: string): NetworkSpec {
  const [, mode = '', separator = '', rest = ''] = /^([a-z]+)(?:([:=])(.*))?$/s.exec(text) ?? [];
  if (mode === 'user' && separator === '') return { mode };
  if (mode === 'user' && rest === 'restrict') return { mode, restrict: true };
  if (mode === 'nat') return separator === '' ? { mode } : { mode, subnet: rest };
  if ((mode === 'network' || mode === 'bridge') && separator !== '') return { mode, name: rest };
  throw noNetwork(text);
}

function checkNetwork(network: NetworkSpec): void {
  switch (network.mode) {
    case 'user':
      return;
    case 'nat':
      if (network.subnet !== undefined) parseSubnet(network.subnet);
      return;
    case 'network':
      if (/^[^/\p{Cc}]+$/u.test(network.name) && network.name.length <= LONGEST_NAME) return;
      throw refusal(network.name, 'is no name of a libvirt network', 'network=default');
    case 'bridge':
      if (/^[^/:\s\p{Cc}]+$/u.test(network.name) && network.name.length <= LONGEST_INTERFACE) return;
      throw refusal(network.name, 'is no name of a bridge', 'bridge=br0');
  }
}

function noNetwork(value: unknown): HvError {
  return refusal(value, 'is no network: it is user, nat, nat:SUBNET, network=NAME or bridge=NAME', 'nat');
}
