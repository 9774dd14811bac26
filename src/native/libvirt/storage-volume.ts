import { native } from './binding';
import type { StorageVolInfo } from './binding-types';
import {
  StorageVolInfoFlags,
  type StorageVolDeleteFlags,
  type StorageVolResizeFlags,
  type StorageVolWipeAlgorithm,
  type StorageXMLFlags,
} from './enums';
import { callSync, ConnectedObject } from './object';
import { optionsOf, UINT64_MAX, uint64Of } from './options';
import { StoragePool } from './storage-pool';
import { LibvirtStream } from './stream';

/** Which bytes of a volume are moved. */
export interface VolumeRange {
  /** Bytes from the volume's beginning. */
  offset?: bigint | number;
  /** Bytes; 0 is all that come, up to the volume's end. */
  length?: bigint | number;
}

const RANGE = { offset: true, length: true } as const;

/**
 * So many bytes of a volume are asked for at once. A daemon sends all that it was asked for, and libvirt keeps what nobody
 * has read yet in this process: of a whole volume that would be all of it.
 */
const PIECE = 8n << 20n;

/** A disk image, logical volume, ... in a pool. `name` and `key` are known without asking libvirt. */
export class StorageVolume extends ConnectedObject<'StorageVol'> {
  protected override identity(): Record<string, unknown> {
    return { name: this.name, key: this.key };
  }

  get name(): string {
    return this.field('virStorageVolGetName');
  }

  /** Unique among all volumes, and the same on each host that shares the volume; often the path. */
  get key(): string {
    return this.field('virStorageVolGetKey');
  }

  /** Where guests of this host find it. */
  async path(): Promise<string> {
    return this.call('virStorageVolGetPath');
  }

  /** The pool it is in. */
  async pool(): Promise<StoragePool> {
    return new StoragePool(await this.call('virStoragePoolLookupByVolume'), this.connection);
  }

  /** With StorageVolInfoFlags.GET_PHYSICAL `allocation` is the size of the file or device. */
  async info(flags: StorageVolInfoFlags = StorageVolInfoFlags.USE_ALLOCATION): Promise<StorageVolInfo> {
    // Not every driver knows of flags.
    return flags === StorageVolInfoFlags.USE_ALLOCATION
      ? this.call('virStorageVolGetInfo')
      : this.call('virStorageVolGetInfoFlags', flags);
  }

  async xml(flags: StorageXMLFlags | 0 = 0): Promise<string> {
    return this.call('virStorageVolGetXMLDesc', flags);
  }

  /** Removes it from its pool, with its data. */
  async delete(flags: StorageVolDeleteFlags | 0 = 0): Promise<void> {
    await this.call('virStorageVolDelete', flags);
  }

  /** Overwrites it, so that nothing of its contents can be read any more: with zeros, or by the given algorithm. */
  async wipe(algorithm?: StorageVolWipeAlgorithm, flags = 0): Promise<void> {
    if (algorithm === undefined) await this.call('virStorageVolWipe', flags);
    else await this.call('virStorageVolWipePattern', algorithm, flags);
  }

  /** Bytes, of the whole volume or, with StorageVolResizeFlags.DELTA, more than now. */
  async resize(capacity: bigint | number, flags: StorageVolResizeFlags | 0 = 0): Promise<void> {
    await this.call('virStorageVolResize', capacity, flags);
  }

  /** A stream to write the volume's contents to. They are in the volume when it has finished. */
  async upload(range: VolumeRange = {}): Promise<LibvirtStream> {
    const { offset = 0, length = 0 } = optionsOf(range, RANGE);
    return LibvirtStream.open(this.connection, 'write', (stream) =>
      this.call('virStorageVolUpload', stream, offset, length, 0),
    );
  }

  /** A stream to read the volume's contents from. What is not read yet waits in the volume: see PIECE. */
  async download(range: VolumeRange = {}): Promise<LibvirtStream> {
    const { offset = 0, length = 0 } = optionsOf(range, RANGE);
    let at = uint64Of(offset, '`offset`');
    let left = uint64Of(length, '`length`') || UINT64_MAX;
    const piece = (): bigint => (left < PIECE ? left : PIECE);
    // Whoever has the stream may be done with the volume itself.
    const volume = new StorageVolume(
      callSync(() => native().share(this.handle)),
      this.connection,
    );
    return LibvirtStream.open(
      this.connection,
      'read',
      (stream) => volume.call('virStorageVolDownload', stream, at, piece(), 0),
      (received) => {
        const whole = BigInt(received) === piece();
        at += BigInt(received);
        left -= BigInt(received);
        return whole && left > 0n;
      },
    );
  }
}
