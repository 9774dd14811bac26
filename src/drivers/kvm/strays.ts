import { DomainXMLFlags, StoragePoolDeleteFlags, type Connection, type StorageVolume } from '../../native/libvirt';
import type { Home } from '../driver';
import { ifThere } from './absent';
import type { Claims } from './claims';
import { HvError } from '../../errors';
import { removeOwnLog } from './log';
import { readMark } from './mark';
import { prefixOf } from './names';
import { domainsIn } from './networks';
import { POOLS } from './planner';
import { refreshPool } from './pools';
import { stopNow, undefine } from './resources/domain';
import type { Target } from './target';
import { parseXml } from './xml';
import { join } from 'node:path';

/** Something of this home's in a libvirt, of which it is not told yet whether a machine needs it. */
export interface Stray {
  kind: string;
  /** For people. */
  name: string;
  isClaimed: (claims: Claims) => boolean;
  /** What machines share is removed under the lock under which they take it over. */
  lock?: string;
  /** Root's command that takes it away, where this user cannot. */
  fix?: string;
  remove: (connection: Connection) => Promise<void>;
}

export async function domainsOf(connection: Connection, target: Target, home: Home): Promise<Stray[]> {
  const strays: Stray[] = [];
  for (const { name, uuid } of await connection.listAllDomains()) {
    if (!name.startsWith(prefixOf(home))) continue;
    const domain = await ifThere(connection.lookupDomainByUuid(uuid));
    const xml = domain && (await ifThere(domain.xml(DomainXMLFlags.INACTIVE)));
    const mark = xml === undefined ? undefined : readMark(parseXml(xml));
    if (mark?.home !== home.id) continue;
    strays.push({
      kind: 'domain',
      name: `domain ${name}`,
      isClaimed: (claims) =>
        claims.some((claim) => claim.uuid === uuid) || claims.unreadable.some((each) => each === mark.name),
      remove: async (writer) => {
        const found = await ifThere(writer.lookupDomainByUuid(uuid));
        if (!found) return;
        await stopNow(found);
        await undefine(found);
        await removeOwnLog(target, name);
      },
    });
  }
  return strays;
}

export async function networksOf(connection: Connection, daemon: string, home: Home): Promise<Stray[]> {
  const strays: Stray[] = [];
  for (const network of await connection.listAllNetworks()) {
    const { name } = network;
    const xml = name.startsWith(prefixOf(home)) ? await ifThere(network.xml()) : undefined;
    if (xml === undefined || readMark(parseXml(xml))?.home !== home.id) continue;
    strays.push({
      kind: 'network',
      name: `network ${name}`,
      isClaimed: (claims) => claims.someMay((claim) => claim.daemon === daemon && claim.network === name),
      lock: name,
      remove: (writer) => removeNetwork(writer, name),
    });
  }
  return strays;
}

async function removeNetwork(connection: Connection, name: string): Promise<void> {
  const network = await ifThere(connection.lookupNetworkByName(name));
  if (!network) return;
  const domains = await domainsIn(connection, name);
  if (domains.length > 0) {
    throw new HvError({
      code: 'ERR_KVM_CLAIMED',
      message: `The network ${name} is left alone: ${domains.join(', ')} is in it`,
      hint: `If nobody needs it: virsh net-destroy ${name}; virsh net-undefine ${name}`,
    });
  }
  if (await network.isActive()) await network.destroy();
  await network.undefine();
}

/** `<stem>.qcow2`, `<stem>-seed.iso`, `<stem>-console.log`, and what of a log was put aside. */
const OF_A_MACHINE = /^(?<stem>(?<machine>.+)-[0-9a-f]{8})(?:\.qcow2|-seed\.iso|-console\.log(?:\.\d+)?)$/;
const OF_AN_IMAGE = /^(?<base>base-[0-9a-f]{32})-/;

/** This home's pool with what is in it: the volumes come first, because a pool that holds something stays. */
export async function poolsOf(connection: Connection, daemon: string, home: Home): Promise<Stray[]> {
  const name = prefixOf(home);
  const pool = await ifThere(connection.lookupStoragePoolByName(name));
  if (!pool || parseXml(await pool.xml()).first('target', 'path')?.text !== join(POOLS, name)) return [];
  // What is not looked at anew is what libvirt knew: a reader may not have it look.
  const volumes = (await pool.isActive()) ? await pool.listAllVolumes() : [];
  return [
    ...volumes.toSorted(byName).flatMap((volume) => volumeStray(volume, name, daemon)),
    {
      kind: 'storage pool',
      name: `storage pool ${name}`,
      isClaimed: (claims) => claims.someMay((claim) => claim.daemon === daemon),
      lock: 'pool',
      remove: (writer) => removePool(writer, name),
    },
  ];
}

function byName(one: StorageVolume, other: StorageVolume): number {
  return one.name < other.name ? -1 : 1;
}

function volumeStray({ name }: StorageVolume, pool: string, daemon: string): Stray[] {
  const remove = async (writer: Connection): Promise<void> => {
    const found = await ifThere(writer.lookupStoragePoolByName(pool));
    await (found && (await ifThere(found.lookupVolumeByName(name))))?.delete();
  };
  const base = OF_AN_IMAGE.exec(name)?.groups?.['base'];
  if (base !== undefined) {
    return [
      {
        kind: 'base image',
        name: `base image ${name}`,
        isClaimed: (claims) => claims.someMay((claim) => claim.daemon === daemon && claim.base === base),
        lock: base,
        remove,
      },
    ];
  }
  const { stem, machine } = OF_A_MACHINE.exec(name)?.groups ?? {};
  // Somebody else's, who put it there.
  if (stem === undefined) return [];
  return [
    {
      kind: 'volume',
      name: `volume ${name}`,
      isClaimed: (claims) => claims.some((claim) => claim.stem === stem) || claims.unreadable.includes(machine ?? ''),
      remove,
    },
  ];
}

async function removePool(connection: Connection, name: string): Promise<void> {
  const pool = await ifThere(connection.lookupStoragePoolByName(name));
  if (!pool) return;
  if (await pool.isActive()) {
    await refreshPool(pool, never());
    for (const volume of await pool.listAllVolumes()) if (OF_A_MACHINE.test(volume.name)) await volume.delete();
    await pool.destroy();
  }
  await pool.delete(StoragePoolDeleteFlags.NORMAL);
  await pool.undefine();
}

function never(): AbortSignal {
  return new AbortController().signal;
}
