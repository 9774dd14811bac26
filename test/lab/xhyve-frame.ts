import { Hvkit } from '../../src';
import { XhyvePlace } from './xhyve-place';

/** A place for the tests of a file, and the library on it. After each of them nothing of its machines is left. */
export function xhyveFrame(): { place: XhyvePlace; hv: Hvkit } {
  const place = new XhyvePlace();
  const env = { ...process.env, HVKIT_TIMEOUT: '120' };
  const hv = new Hvkit({ home: place.home, drivers: [place.driver], env });

  beforeAll(() => place.vmnet.up());

  afterEach(async () => {
    for (const { name } of await hv.list()) await (await hv.machine(name)).remove({ force: true });
    expect(await place.remains()).toEqual([]);
  });

  afterAll(async () => {
    await hv[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  return { place, hv };
}
