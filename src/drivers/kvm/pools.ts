import { setTimeout as delay } from 'node:timers/promises';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import {
  LibvirtError,
  StorageVolInfoFlags,
  type Connection,
  type StoragePool,
  type StorageVolume,
} from '../../native/libvirt';
import { ifThere } from './absent';
import { xmlText, type XmlNode } from './xml';

/** How long somebody else's upload may keep a pool from being looked through. */
const REFRESH_DEADLINE = 120_000;
const REFRESH_PAUSE = 200;

export interface NewVolume {
  name: string;
  /** Bytes that the guest sees; of a volume that is filled by an upload 0: it grows, and so shows how much has come. */
  capacity: number;
  format: 'qcow2' | 'raw';
  mode: string;
  backing?: { path: string; format: string };
}

export function volumeXml({ name, capacity, format, mode, backing }: NewVolume): string {
  const backingStore: XmlNode = backing ? { path: backing.path, format: { '@type': backing.format } } : {};
  return xmlText({
    volume: {
      name,
      capacity: { '@unit': 'bytes', '#text': capacity },
      ...(format === 'raw' ? { allocation: 0 } : {}),
      target: {
        format: { '@type': format },
        permissions: { mode },
        ...(format === 'qcow2' ? { compat: '1.1' } : {}),
      },
      ...(backing ? { backingStore } : {}),
    },
  });
}

export async function findVolume(
  connection: Connection,
  pool: string,
  name: string,
): Promise<StorageVolume | undefined> {
  const found = await ifThere(connection.lookupStoragePoolByName(pool));
  return found && ifThere(found.lookupVolumeByName(name));
}

/** Bytes of the file itself. */
export async function physicalSize(volume: StorageVolume): Promise<number> {
  return Number((await volume.info(StorageVolInfoFlags.GET_PHYSICAL)).allocation);
}

/** Makes a volume with these contents. One that was left half written is written anew: its size tells. */
export async function fillVolume(
  pool: StoragePool,
  volume: Omit<NewVolume, 'capacity' | 'format' | 'backing'>,
  contents: { size: number; open: () => Readable },
  options: { signal: AbortSignal; progress?: (fraction: number) => void },
): Promise<StorageVolume> {
  const present = await ifThere(pool.lookupVolumeByName(volume.name));
  if (present) {
    if ((await physicalSize(present)) === contents.size) return present;
    await present.delete();
  }
  const made = await pool.createVolume(volumeXml({ ...volume, capacity: 0, format: 'raw' }));
  let sent = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      options.progress?.(sent / contents.size);
      done(null, chunk);
    },
  });
  await pipeline(contents.open(), count, await made.upload(), { signal: options.signal });
  return made;
}

/** Has libvirt look again which volumes there are: what was written without it, as a log is, it does not know of. */
export async function refreshPool(pool: StoragePool, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + REFRESH_DEADLINE;
  for (;;) {
    try {
      await pool.refresh();
      return;
    } catch (error) {
      const isBusy = LibvirtError.is(error) && error.message.includes('asynchronous job');
      if (!isBusy || Date.now() > deadline) throw error;
      await delay(REFRESH_PAUSE, undefined, { signal });
    }
  }
}
