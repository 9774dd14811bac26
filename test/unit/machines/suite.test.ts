import { lifecycleSuite } from '../../../src/testing';
import { fileDriver } from '../../support/file-driver';
import { TestHome } from '../../support/home';

const home = new TestHome();

lifecycleSuite({
  definition: fileDriver,
  run: { test, after: afterAll },
  request: { image: home.image },
  home: home.path,
  remains: () => [...home.remains, ...home.processes],
});

afterAll(() => home[Symbol.asyncDispose]());
