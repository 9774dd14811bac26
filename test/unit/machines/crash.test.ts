import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import type { Machine } from '../../../src/machines/machine';
import { compileSupport } from '../../support/compiled';
import { Folder } from '../../support/folder';
import { runningHome, type TestHome } from '../../support/home';

type Verb = 'create' | 'start' | 'stop' | 'remove';

const SUPPORT = join(__dirname, '..', '..', 'support');
const AT_ONCE = 3;

const tools = new Folder();
// The linker takes a space for the end of a name.
const shim = join(mkdtempSync(join(tmpdir(), 'hvkit-')), 'crash-shim.so');
const driver = join(tools.path, 'file-driver.js');

beforeAll(() => {
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', shim, join(SUPPORT, 'crash-shim.c'), '-ldl']);
  compileSupport(['file-driver', 'guest'], tools.path);
});
afterAll(() => {
  tools[Symbol.dispose]();
  rmSync(dirname(shim), { recursive: true, force: true });
});

async function prepared(verb: Verb): Promise<TestHome> {
  const home = runningHome();
  if (verb === 'create') return home;
  const machine = await home.open().create(home.request('dev', { guest: 'silent' }));
  if (verb === 'start') await machine.kill();
  return home;
}

async function run(home: TestHome, verb: Verb, env: NodeJS.ProcessEnv): Promise<{ killed: boolean; stderr: string }> {
  const args = JSON.stringify({ home: home.path, image: home.image, driver, verb });
  const options = { env: { ...process.env, LD_PRELOAD: shim, CRASH_ROOT: home.path, ...env } };
  try {
    const { stderr } = await promisify(execFile)(process.execPath, [join(SUPPORT, 'crash-child.js'), args], options);
    return { killed: false, stderr };
  } catch (error) {
    const { signal, stderr } = error as { signal?: string; stderr: string };
    if (signal !== 'SIGKILL') throw error;
    return { killed: true, stderr };
  }
}

/** What the work does below the home, in the order in which it does it. */
async function pointsOf(verb: Verb): Promise<string[]> {
  await using home = await prepared(verb);
  const log = join(tools.path, `${verb}.log`);
  await run(home, verb, { CRASH_LOG: log });
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
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
    const points = await pointsOf(verb);
    const crashes = points.flatMap((what, index) =>
      (['before', 'after'] as const).map((when) => ({
        what,
        when,
        at: `${index + 1}:${when}`,
        // What is left before a step is what is left after the one before: each is met by both.
        mend: when === 'before' ? ('repair' as const) : ('rm' as const),
      })),
    );
    const failures: string[] = [];
    let crashed = 0;
    const next = crashes.values();
    const worker = async (): Promise<void> => {
      for (const { what, when, at, mend } of next) {
        await using home = await prepared(verb);
        try {
          // Steps that end side by side are written down together: some runs have fewer, and come to their end.
          const { killed } = await run(home, verb, { CRASH_AT: at });
          if (killed) crashed += 1;
          await checkAfterCrash(home, verb, mend);
        } catch (error) {
          failures.push(`${when} ${what}: ${(error as Error).message}`);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(failures).toEqual([]);
    expect(crashed).toBeGreaterThanOrEqual(crashes.length * 0.8);
    if (verb === 'create' || verb === 'remove') expect(points.length).toBeGreaterThan(20);
  },
  600_000,
);
