import {
  ConnectListAllStoragePoolsFlags,
  StoragePoolDefineFlags,
  StoragePoolState,
  StorageVolDeleteFlags,
  StorageVolInfoFlags,
  StorageVolType,
  StorageVolWipeAlgorithm,
  type Connection,
  type StoragePool,
  type StorageVolume,
} from '../../src/native/libvirt';
import { connectToPrivateNode, libvirtError, unsupported } from './private-node';

const MIB = 1024n * 1024n;
const UUID = 'dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566';
const poolXml = (name: string, more = '') =>
  `<pool type='dir'><name>${name}</name>${more}<target><path>/pools/${name}</path></target></pool>`;
const volumeXml = (name: string, mib: number) =>
  `<volume><name>${name}</name><capacity unit='MiB'>${mib}</capacity></volume>`;

let connection: Connection;
let pool: StoragePool;

beforeEach(async () => {
  connection = await connectToPrivateNode(poolXml('images', `<uuid>${UUID}</uuid>`));
  pool = await connection.lookupStoragePoolByName('images');
});

afterEach(async () => {
  await connection.close();
});

const names = (objects: (StoragePool | StorageVolume)[]) => objects.map(({ name }) => name).sort();

describe('pools', () => {
  test('are found by name, by UUID, and all of a state', async () => {
    expect([pool.name, pool.uuid]).toEqual(['images', UUID]);
    expect((await connection.lookupStoragePoolByUuid(UUID)).name).toBe('images');
    await connection.defineStoragePool(poolXml('backup'));
    expect(names(await connection.listAllStoragePools())).toEqual(['backup', 'images']);
    const { ACTIVE, INACTIVE } = ConnectListAllStoragePoolsFlags;
    expect(names(await connection.listAllStoragePools(ACTIVE))).toEqual(['images']);
    expect(names(await connection.listAllStoragePools(INACTIVE))).toEqual(['backup']);
  });

  test('that are not there are an error with its name', async () => {
    await expect(connection.lookupStoragePoolByName('nowhere')).rejects.toEqual(
      libvirtError('VIR_ERR_NO_STORAGE_POOL', 'virStoragePoolLookupByName'),
    );
    await expect(connection.lookupStoragePoolByUuid(UUID.replace('dfe', '000'))).rejects.toEqual(
      libvirtError('VIR_ERR_NO_STORAGE_POOL', 'virStoragePoolLookupByUUIDString'),
    );
  });

  test('are defined, built, started, stopped, deleted, undefined', async () => {
    const backup = await connection.defineStoragePool(poolXml('backup'));
    expect([await backup.isActive(), await backup.isPersistent()]).toEqual([false, true]);
    expect((await backup.info()).state).toBe(StoragePoolState.INACTIVE);
    await backup.build();
    await backup.create();
    expect(await backup.isActive()).toBe(true);
    expect((await backup.info()).state).toBe(StoragePoolState.RUNNING);
    await expect(backup.create()).rejects.toEqual(libvirtError('VIR_ERR_OPERATION_INVALID', 'virStoragePoolCreate'));
    await expect(backup.build()).rejects.toEqual(libvirtError('VIR_ERR_OPERATION_INVALID', 'virStoragePoolBuild'));
    await expect(backup.undefine()).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_INVALID', 'virStoragePoolUndefine'),
    );
    await backup.destroy();
    expect(await backup.isActive()).toBe(false);
    await backup.delete();
    await backup.undefine();
    expect(names(await connection.listAllStoragePools())).toEqual(['images']);
  });

  test('made transient run at once and are gone when they stop', async () => {
    const scratch = await connection.createStoragePool(poolXml('scratch'));
    expect([await scratch.isActive(), await scratch.isPersistent()]).toEqual([true, false]);
    await scratch.destroy();
    await expect(connection.lookupStoragePoolByName('scratch')).rejects.toMatchObject({
      code: 'VIR_ERR_NO_STORAGE_POOL',
    });
  });

  test('flags reach libvirt: what breaks the schema is refused when asked', async () => {
    const odd = poolXml('odd', '<oddity/>');
    await expect(connection.defineStoragePool(odd, StoragePoolDefineFlags.VALIDATE)).rejects.toEqual(
      libvirtError('VIR_ERR_XML_INVALID_SCHEMA', 'virStoragePoolDefineXML'),
    );
  });

  test('start with the host when told so', async () => {
    expect(await pool.autostart()).toBe(false);
    await pool.setAutostart(true);
    expect(await pool.autostart()).toBe(true);
    await pool.setAutostart(false);
    expect(await pool.autostart()).toBe(false);
  });

  test('tell what is used and what is left, in bytes', async () => {
    const before = await pool.info();
    await pool.createVolume(volumeXml('disk', 3));
    await pool.refresh();
    const after = await pool.info();
    expect(after.capacity).toBe(before.capacity);
    expect(after.allocation - before.allocation).toBe(3n * MIB);
    expect(before.available - after.available).toBe(3n * MIB);
    expect(await pool.xml()).toContain(`<allocation unit='bytes'>${after.allocation}</allocation>`);
  });

  test('can be made of sources that are found', async () => {
    expect(await connection.findStoragePoolSources('logical')).toContain('<name>testvg1</name>');
    const server = `<source><host name='files.example'/></source>`;
    expect(await connection.findStoragePoolSources('netfs', server)).toContain(`<host name='files.example'/>`);
    await expect(connection.findStoragePoolSources('netfs')).rejects.toEqual(
      libvirtError('VIR_ERR_INVALID_ARG', 'virConnectFindStoragePoolSources'),
    );
  });
});

describe('volumes', () => {
  let disk: StorageVolume;

  beforeEach(async () => {
    disk = await pool.createVolume(volumeXml('disk', 2));
  });

  test('are found by name, key and path, and lead to their pool', async () => {
    const path = '/pools/images/disk';
    expect([disk.name, disk.key, await disk.path()]).toEqual(['disk', path, path]);
    expect((await pool.lookupVolumeByName('disk')).key).toBe(disk.key);
    expect((await connection.lookupStorageVolumeByKey(disk.key)).name).toBe('disk');
    expect((await connection.lookupStorageVolumeByPath(path)).name).toBe('disk');
    expect((await disk.pool()).uuid).toBe(UUID);
  });

  test('that are not there are an error with its name', async () => {
    await expect(pool.lookupVolumeByName('nothing')).rejects.toEqual(
      libvirtError('VIR_ERR_NO_STORAGE_VOL', 'virStorageVolLookupByName'),
    );
    await expect(connection.lookupStorageVolumeByKey('/nothing')).rejects.toEqual(
      libvirtError('VIR_ERR_NO_STORAGE_VOL', 'virStorageVolLookupByKey'),
    );
    await expect(connection.lookupStorageVolumeByPath('/nothing')).rejects.toEqual(
      libvirtError('VIR_ERR_NO_STORAGE_VOL', 'virStorageVolLookupByPath'),
    );
  });

  test('are listed, created once, deleted', async () => {
    await pool.createVolume(volumeXml('second', 1));
    expect(names(await pool.listAllVolumes())).toEqual(['disk', 'second']);
    await expect(pool.createVolume(volumeXml('second', 1))).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_FAILED', 'virStorageVolCreateXML'),
    );
    await disk.delete(StorageVolDeleteFlags.NORMAL);
    expect(names(await pool.listAllVolumes())).toEqual(['second']);
    await expect(disk.info()).rejects.toEqual(libvirtError('VIR_ERR_NO_STORAGE_VOL', 'virStorageVolGetInfo'));
  });

  test('tell their type and size', async () => {
    expect(await disk.info()).toEqual({ type: StorageVolType.FILE, capacity: 2n * MIB, allocation: 2n * MIB });
    expect(await disk.xml()).toContain(`<capacity unit='bytes'>${2n * MIB}</capacity>`);
  });

  test('larger than 32 bits can count keep their size', async () => {
    const huge = await pool.createVolume(volumeXml('huge', 9000));
    expect((await huge.info()).capacity).toBe(9000n * MIB);
  });

  test('larger than the pool are refused', async () => {
    await expect(pool.createVolume(volumeXml('giant', 1e9))).rejects.toEqual(
      libvirtError('VIR_ERR_INTERNAL_ERROR', 'virStorageVolCreateXML'),
    );
  });

  test('are copied within a pool', async () => {
    const copy = await pool.createVolumeFrom(volumeXml('copy', 2), disk);
    expect([copy.name, (await copy.info()).capacity]).toEqual(['copy', 2n * MIB]);
    expect(names(await pool.listAllVolumes())).toEqual(['copy', 'disk']);
  });

  test('of another connection are no source of a copy', async () => {
    const other = await connectToPrivateNode(poolXml('images'));
    try {
      const foreign = await (await other.lookupStoragePoolByName('images')).createVolume(volumeXml('foreign', 1));
      await expect(pool.createVolumeFrom(volumeXml('copy', 1), foreign)).rejects.toMatchObject({
        call: 'virStorageVolCreateXMLFrom',
      });
    } finally {
      await other.close();
    }
    expect(names(await pool.listAllVolumes())).toEqual(['disk']);
  });

  test('do here not what the driver cannot', async () => {
    await expect(disk.info(StorageVolInfoFlags.GET_PHYSICAL)).rejects.toEqual(unsupported('virStorageVolGetInfoFlags'));
    await expect(disk.wipe()).rejects.toEqual(unsupported('virStorageVolWipe'));
    await expect(disk.wipe(StorageVolWipeAlgorithm.ZERO)).rejects.toEqual(unsupported('virStorageVolWipePattern'));
    await expect(disk.resize(4n * MIB)).rejects.toEqual(unsupported('virStorageVolResize'));
    await expect(disk.upload()).rejects.toEqual(unsupported('virStorageVolUpload'));
    await expect(disk.download()).rejects.toEqual(unsupported('virStorageVolDownload'));
    await expect(connection.lookupStoragePoolByTargetPath('/pools/images')).rejects.toEqual(
      unsupported('virStoragePoolLookupByTargetPath'),
    );
    await expect(connection.storagePoolCapabilities()).rejects.toEqual(
      unsupported('virConnectGetStoragePoolCapabilities'),
    );
  });
});

test('a size that C cannot hold is refused before libvirt is asked', async () => {
  const disk = await pool.createVolume(volumeXml('disk', 1));
  for (const size of [-1, -1n, 1.5, 2n ** 64n, Number.NaN]) {
    await expect(disk.resize(size)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  }
});
