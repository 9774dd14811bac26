import { connect, LibvirtError } from '../../src/native/libvirt';
import { runChild } from './child-process';

test('two copies of the addon live in one process, each with its connections and events', async () => {
  const child = await runChild('copies.js');
  expect(child).toEqual({
    code: 0,
    signal: null,
    stdout: "events: 200 200\nthe other's handle: ERR_INVALID_ARGUMENT\nreferences left: 0 0\n",
    stderr: '',
  });
});

test('modules that are loaded anew find the addon loaded, and both generations work', async () => {
  const before = await connect('test:///default');
  jest.resetModules();
  const { connect: connectAgain } = jest.requireActual<{ connect: typeof connect }>('../../src/native/libvirt');
  expect(connectAgain).not.toBe(connect);
  const after = await connectAgain('test:///default');

  const heard: string[] = [];
  const told = new Promise<void>((resolve) => {
    const listener = (generation: string) => (): void => {
      heard.push(generation);
      if (heard.length === 2) resolve();
    };
    void Promise.all([
      before.on('domain.lifecycle', listener('before')),
      after.on('domain.lifecycle', listener('after')),
    ]).then(async () => {
      const domain = await before.lookupDomainByName('test');
      await domain.suspend();
    });
  });
  await told;
  expect(heard.sort()).toEqual(['after', 'before']);

  await (await after.lookupDomainByName('test')).resume();
  // An error of the one is known to the other, although it is of another class.
  const error: unknown = await after.lookupDomainByName('nobody').catch((reason: unknown) => reason);
  expect(LibvirtError.is(error)).toBe(true);
  expect(error instanceof LibvirtError).toBe(false);
  await Promise.all([before.close(), after.close()]);
});
