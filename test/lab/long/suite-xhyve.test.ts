import { lifecycleSuite } from '../../../src/testing';
import { XhyvePlace } from '../xhyve-place';

/** The suite that every driver has to pass, for xhyve whose machines have vmnet by root. */
const place = new XhyvePlace();

beforeAll(() => place.vmnet.up());

lifecycleSuite({
  definition: place.driver,
  run: { test, after: afterAll },
  label: 'xhyve',
  request: { image: place.imageWith9p('micro'), cpus: 1, memory: '256M', disk: '64M' },
  home: place.home,
  remains: () => place.remains(),
});

afterAll(() => place[Symbol.asyncDispose]());
