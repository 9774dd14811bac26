import { awaitHostKey, type Door } from '../../../src/drivers/plugin/host-key';
import { Folder } from '../../support/folder';

test('who waits in vain for the ssh server of a machine is told what was in the way last', async () => {
  using folder = new Folder();
  const over = new AbortController();
  let looks = 0;
  const door = (): Promise<Door> => {
    looks += 1;
    if (looks === 2) {
      setImmediate(() => {
        over.abort();
      });
    }
    // Port 1 of an address that nobody has.
    return Promise.resolve({ name: 'dev', folder: folder.path, host: '127.83.0.1', port: 1, warn: () => undefined });
  };
  await expect(awaitHostKey(door, over.signal)).rejects.toMatchObject({ code: 'ERR_SSH_REFUSED' });
  expect(looks).toBeGreaterThanOrEqual(2);
});
