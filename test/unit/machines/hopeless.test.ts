import { HvError } from '../../../src/errors';
import { Hopeless } from '../../../src/machines/hopeless';

const REFUSED = new HvError({ code: 'ERR_SSH_REFUSED', message: 'nothing listens there' });
const RESET = new HvError({ code: 'ERR_SSH_RESET', message: 'closed' });
const UNREACHABLE = new HvError({ code: 'ERR_SSH_UNREACHABLE', message: 'no route' });
const TIMEOUT = new HvError({ code: 'ERR_SSH_TIMEOUT', message: 'no hello' });

/** A guest, its clock in seconds, and what is said of it. */
class Story {
  #seconds = 1000;
  readonly #guest: Hopeless;

  constructor(installs = false) {
    this.#guest = new Hopeless({ installs, now: () => this.#seconds * 1000 });
  }

  says(...lines: string[]): this {
    this.#guest.heard();
    for (const line of lines) this.#guest.said(line);
    return this;
  }

  deaf(): this {
    this.#guest.deaf();
    return this;
  }

  /** Tries every second, so many seconds long. */
  tries(seconds: number, error?: Error): string | undefined {
    let verdict = this.#guest.after(error);
    for (let each = 0; each < seconds; each += 1) {
      this.#seconds += 1;
      verdict ??= this.#guest.after(error);
    }
    return verdict;
  }
}

const LOGIN = /^its console asks for a login/;

test.each([
  ['refuses', REFUSED],
  ['is behind a forward that is reset', RESET],
])('a guest that asks for a login and %s, in silence', (_, error) => {
  const story = new Story().says('dev login:');
  expect(story.tries(149, error)).toBeUndefined();
  expect(story.tries(1, error)).toMatch(LOGIN);
});

test.each(['dev login:', 'my-host.example.org login:', 'login:'])('the prompt %s', (prompt) => {
  expect(new Story().says(prompt).tries(200, REFUSED)).toMatch(LOGIN);
});

test.each([
  ['has not asked for a login', ['Started getty on ttyS0', 'pam_unix(login: ) begins']],
  ['starts over', ['dev login:', '[  0.0] Linux version 6.1']],
  ['has a cloud-init that has not finished', ["Cloud-init v. 22.4 running 'init'", 'dev login:']],
])('a guest that %s is waited for', (_, lines) => {
  expect(new Story().says(...lines).tries(1000, REFUSED)).toBeUndefined();
});

test('a guest that was given what may install an ssh server is waited for until its cloud-init has finished', () => {
  const story = new Story(true).says('dev login:');
  expect(story.tries(1000, REFUSED)).toBeUndefined();
  story.says('Cloud-init v. 22.4 finished at Thu');
  expect(story.tries(29, REFUSED)).toBeUndefined();
  expect(story.tries(1, REFUSED)).toBe('its cloud-init has finished');
});

test('what it says, and another answer than a refusal, gives it its time again', () => {
  const story = new Story().says('dev login:');
  expect(story.tries(140, REFUSED)).toBeUndefined();
  story.says('dev login: [   99.0] a late module');
  expect(story.tries(140, REFUSED)).toBeUndefined();
  expect(story.tries(1, TIMEOUT)).toBeUndefined();
  expect(story.tries(140, REFUSED)).toBeUndefined();
  expect(story.tries(10, REFUSED)).toMatch(LOGIN);
});

test.each([
  ['cannot be reached', UNREACHABLE],
  ['takes connections', TIMEOUT],
  ['has no address', undefined],
])('a guest that asks for a login and %s is waited for', (_, error) => {
  expect(new Story().says('dev login:').tries(1000, error)).toBeUndefined();
});

test('where its console cannot be followed any more, nothing is known', () => {
  expect(
    new Story().says('dev login:', 'Cloud-init v. 22.4 finished at Thu').deaf().tries(1000, REFUSED),
  ).toBeUndefined();
});
