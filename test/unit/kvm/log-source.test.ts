import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { FileLog } from '../../../src/drivers/kvm/log-source';
import { Folder } from '../../support/folder';

function logIn(folder: Folder): string {
  const path = `${folder.path}/console.log`;
  writeFileSync(path, 'first\n');
  return path;
}

test('a log is followed until the signal', async () => {
  using folder = new Folder();
  const path = logIn(folder);
  const over = new AbortController();
  const stream = new FileLog(path).stream(true, over.signal);
  const [first] = (await once(stream, 'data')) as [Buffer];
  expect(first.toString()).toBe('first\n');
  appendFileSync(path, 'second\n');
  const [second] = (await once(stream, 'data')) as [Buffer];
  expect(second.toString()).toBe('second\n');
  over.abort();
  await once(stream, 'end');
});

test('where the signal was there first, what is there is all', async () => {
  using folder = new Folder();
  expect(await text(new FileLog(logIn(folder)).stream(true, AbortSignal.abort()))).toBe('first\n');
});

test('whoever destroys the stream ends the following: nothing keeps the process', async () => {
  using folder = new Folder();
  const stream = new FileLog(logIn(folder)).stream(true, new AbortController().signal);
  await once(stream, 'data');
  stream.destroy();
  await once(stream, 'close');
  // What is being read just now is read to its end.
  while (process.getActiveResourcesInfo().includes('FSEventWrap')) await new Promise(setImmediate);
});

test('one that cannot be read says so', async () => {
  using folder = new Folder();
  const stream = new FileLog(`${folder.path}/none/console.log`).stream(true, new AbortController().signal);
  await expect(text(stream)).rejects.toThrow('ENOENT');
});
