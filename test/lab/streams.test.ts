import { writeFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';

import {
  connect,
  type Connection,
  type StoragePool,
  type StorageVolume,
  type VolumeRange,
} from '../../src/native/libvirt';
import { scratch } from './machine';

const MIB = 1 << 20;

let connection: Connection;
let pool: StoragePool;

beforeAll(async () => {
  connection = await connect('qemu:///system');
  pool = await connection.createStoragePool(
    `<pool type="dir"><name>lab-streams</name><target><path>${scratch()}</path></target></pool>`,
  );
});

afterAll(async () => {
  await pool.destroy();
  await connection.close();
});

/** Its disk takes no room before something is written. */
function volumeOf(name: string, bytes: number): Promise<StorageVolume> {
  return pool.createVolume(
    `<volume><name>${name}</name><capacity unit="bytes">${bytes}</capacity><allocation>0</allocation><target><format type="raw"/></target></volume>`,
  );
}

test('a download that nobody reads leaves the rest where it is, however large', async () => {
  const volume = await volumeOf('large', 400 * MIB);
  const download = await volume.download();
  const before = process.memoryUsage.rss();
  // Whatever has come for the stream is taken off the connection together with the answers.
  for (let calls = 0; calls < 3000; ++calls) await connection.hostname();
  expect((process.memoryUsage.rss() - before) / MIB).toBeLessThan(40);
  download.destroy();
});

test('a download gives each byte once, in pieces or not, also when nobody holds the volume any more', async () => {
  const size = 16 * MIB + 1;
  const bytes = Buffer.from(Uint32Array.from({ length: size / 4 + 1 }, (_, i) => i).buffer).subarray(0, size);
  writeFileSync(await (await volumeOf('counted', size)).path(), bytes);
  const download = async (range: VolumeRange): Promise<Buffer> => {
    const volume = await pool.lookupVolumeByName('counted');
    const stream = await volume.download(range);
    volume.free();
    return buffer(stream);
  };
  const check = async (range: VolumeRange, start: number, end: number): Promise<void> => {
    const got = await download(range);
    expect({ ...range, right: got.equals(bytes.subarray(start, end)) }).toEqual({ ...range, right: true });
  };
  await check({}, 0, size);
  await check({ offset: 8 * MIB - 1 }, 8 * MIB - 1, size);
  await check({ length: 8 * MIB }, 0, 8 * MIB);
  await check({ offset: 5n, length: 8n * BigInt(MIB) + 1n }, 5, 8 * MIB + 6);
  await check({ offset: 16 * MIB, length: 2n ** 63n }, 16 * MIB, size);
  await check({ offset: 17 * MIB }, 0, 0);
});

test('a volume that is deleted during its download is missed by it', async () => {
  const volume = await volumeOf('deleted', 17 * MIB);
  const download = await volume.download();
  const [failure] = await Promise.allSettled([buffer(download), volume.delete()]);
  expect(failure).toMatchObject({ status: 'rejected', reason: { code: 'VIR_ERR_NO_STORAGE_VOL' } });
});

test.each([-1, 1.5, 2 ** 53, 2n ** 64n, '5', null])('%p is no offset, and no length', async (wrong) => {
  const volume = await volumeOf(`wrong ${typeof wrong} ${wrong}`, 1);
  const number = wrong as number;
  await expect(volume.download({ offset: number })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  await expect(volume.download({ length: number })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  await expect(volume.upload({ offset: number })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
});
