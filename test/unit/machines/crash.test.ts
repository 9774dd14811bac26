import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Machine } from '../../../src/machines/machine';
import { compileSupport } from '../../support/compiled';
import { crashesAt, CrashShim, untilKilled, type Crash, type Ended } from '../../support/crash-shim';
import { Folder } from '../../support/folder';
import { runningHome, type TestHome } from '../../support/home';

type Verb = 'create' | 'start' | 'stop' | 'remove';

/** A start at the same address and a stop change nothing below the home: the day they do, each of their steps is met. */
const FEWEST: Record<Verb, number> = { create: 25, start: 0, stop: 0, remove: 20 };
const SUPPORT = join(__dirname, '..', '..', 'support');
const AT_ONCE = 3;

const tools = new Folder();
const driver = join(tools.path, 'file-driver.js');
let shim: CrashShim;

beforeAll(() => {
  shim = new CrashShim();
  compileSupport(['file-driver', 'guest'], tools.path);
});
afterAll(() => {
  tools[Symbol.dispose]();
  shim[Symbol.dispose]();
});

async function prepared(verb: Verb): Promise<TestHome> {
  const home = runningHome();
  if (verb === 'create') return home;
  const machine = await home.open().create(home.request('dev', { guest: 'silent' }));
  if (verb === 'start') await machine.kill();
  return home;
}

async function run(home: TestHome, verb: Verb, crash?: Crash): Promise<Ended> {
  const args = JSON.stringify({ home: home.path, image: home.image, driver, verb });
  const { env, steps } = shim.watch(home.path, crash);
  try {
    await promisify(execFile)(process.execPath, [join(SUPPORT, 'crash-child.js'), args], {
      env: { ...process.env, ...env },
    });
    return { killed: false, steps: steps() };
  } catch (error) {
    if ((error as { signal?: string }).signal !== 'SIGKILL') throw error;
    return { killed: true, steps: steps() };
  }
}

/** What the work does below the home when nothing happens to it. */
async function stepsOf(verb: Verb): Promise<readonly string[]> {
  await using home = await prepared(verb);
  return (await run(home, verb)).steps;
}

/** The machine as the next process finds it; undefined if it is not there. */
async function foundAfter(home: TestHome): Promise<Machine | undefined> {
  const [machine, ...others] = await home.open().machines();
  expect(others).toEqual([]);
  return machine;
}

/** `ls` is true, `doctor` names what is there, and `repair` or `rm` leaves nothing. */
async function checkAfterCrash(home: TestHome, verb: Verb, mend: 'repair' | 'rm'): Promise<void> {
  const hvkit = home.open();
  const machine = await foundAfter(home);
  const findings = await hvkit.doctor();
  expect(await hvkit.list()).toMatchObject(machine ? [{ name: 'dev', phase: machine.phase }] : []);
  if (verb === 'start' || verb === 'stop') {
    expect(machine?.phase).toBe('ready');
    await machine!.start();
    expect(await machine!.state()).toBe('Running');
  }
  if (machine?.phase === 'ready') expect(findings).toEqual([]);
  else {
    expect(findings.length > 0).toBe(home.remains.length > 0);
    if (machine) await expect(machine.start()).rejects.toMatchObject({ code: 'ERR_UNFINISHED' });
  }
  if (mend === 'repair') expect((await hvkit.repair()).filter(({ mended }) => mended !== true)).toEqual([]);
  await (await foundAfter(home))?.remove();
  // What is not there can be made, whatever is left of it.
  if (!machine && mend === 'rm') await (await hvkit.create(home.request('dev', { guest: 'silent' }))).remove();
  expect(home.remains).toEqual([]);
  expect(home.processes).toEqual([]);
  expect(await hvkit.doctor()).toEqual([]);
}

test.each([['create'], ['start'], ['stop'], ['remove']] as const)(
  'killed before and after each step of %s, nothing is lost and nothing stays',
  async (verb) => {
    const steps = await stepsOf(verb);
    expect(steps.length).toBeGreaterThanOrEqual(FEWEST[verb]);
    const failures: string[] = [];
    const next = crashesAt(steps).values();
    const worker = async (): Promise<void> => {
      for (const crash of next) {
        let home = await prepared(verb);
        try {
          await untilKilled(
            crash,
            () => run(home, verb, crash),
            async () => {
              await home[Symbol.asyncDispose]();
              home = await prepared(verb);
            },
          );
          // What is left before a step is what is left after the one before: each is met by both.
          await checkAfterCrash(home, verb, crash.when === 'before' ? 'repair' : 'rm');
        } catch (error) {
          failures.push(`${crash.when} ${crash.step}: ${(error as Error).message}`);
        } finally {
          await home[Symbol.asyncDispose]();
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(failures).toEqual([]);
  },
  600_000,
);
