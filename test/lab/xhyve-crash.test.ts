import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { crashesAt, CrashShim, untilKilled } from '../support/crash-shim';
import { describe as named, Killable, spread, type Moment } from './crash';
import { XhyvePlace } from './xhyve-place';

type Verb = 'create' | 'start' | 'stop' | 'rm';

const NAME = 'dev';
const SAMPLE: Record<Verb, number> = { create: 4, start: 2, stop: 2, rm: 2 };
/** Where hyperkit is started, of which no step below the home tells. */
const SAID: Record<Verb, string[]> = { create: ['starting'], start: ['starting'], stop: [], rm: [] };
const IS_WHOLE = process.env['HVKIT_LAB_CRASH'] === 'all';
const LONG = 3_600_000;

const place = new XhyvePlace();
/** Nobody waits for its guest, which has nothing to do with it. */
const image = place.image('silent', { init: 'none' });
const shim = new CrashShim();
const LINES: Record<Verb, readonly string[]> = {
  create: ['create', '--cpus', '1', '--memory', '128M', '--disk', '8M', '--image', image, NAME],
  start: ['start', NAME],
  stop: ['stop', '--grace', '0', NAME],
  rm: ['rm', '-y', NAME],
};

beforeAll(() => place.vmnet.up());
afterAll(async () => {
  shim[Symbol.dispose]();
  await place[Symbol.asyncDispose]();
});

const { PATH } = process.env;
const program = [join(__dirname, 'children', 'xhyve.js'), JSON.stringify(place.host)];
const commands = new Killable(
  (env, args) => spawn(process.execPath, [...program, ...args], { env: { PATH, HVKIT_HOME: place.home, ...env } }),
  { shim, home: place.home },
);
const done = commands.done.bind(commands);

interface Row {
  state: string;
  phase: string;
}

/** What `ls` says is so. */
async function trueMachine(): Promise<Row | undefined> {
  const [machine] = JSON.parse(await done('ls', '-o', 'json')) as Row[];
  const runs = place.processes().length > 0;
  expect([machine?.state === 'Running', machine !== undefined || !runs]).toEqual([runs, true]);
  return machine;
}

async function prepare(verb: Verb): Promise<void> {
  const machine = await trueMachine();
  if (verb === 'create') return;
  if (!machine) await done(...LINES.create);
  if (verb === 'start' && machine?.state !== 'Stopped') await done('kill', NAME);
  if (verb === 'stop' && machine?.state === 'Stopped') await done(...LINES.start);
}

async function remains(): Promise<string[]> {
  const machines = join(place.home, 'machines');
  return [...(await place.remains()), ...(existsSync(machines) ? readdirSync(machines) : [])];
}

/** `ls` is true, `doctor` names what is there, and `repair`, `rm` or the same again completes. */
async function check(verb: Verb, mend: 'repair' | 'rm'): Promise<void> {
  const machine = await trueMachine();
  const isHalf = machine?.phase !== 'ready' && (await remains()).length > 0;
  const doctor = await commands.run(['doctor']);
  expect(doctor.stdout).toContain(isHalf ? NAME : 'All is as it should be.');
  expect(doctor.status).toBe(isHalf ? 1 : 0);
  if (verb === 'start' || verb === 'stop') {
    await done(...LINES[verb]);
    expect((await trueMachine())?.state).toBe(verb === 'start' ? 'Running' : 'Stopped');
    return;
  }
  if (!machine || mend === 'repair') await done('repair');
  if (await trueMachine()) await done('rm', '-y', NAME);
  expect(await remains()).toEqual([]);
}

test(
  'hvkit killed at steps of create, stop, start and rm: nothing is lost, and nothing stays',
  async () => {
    const failures: string[] = [];
    // What a home has beside its machines is there from now on.
    await done(...LINES.create);
    await done(...LINES.rm);
    for (const verb of ['create', 'stop', 'start', 'rm'] as const) {
      await prepare(verb);
      const { steps } = await commands.runTo(LINES[verb], undefined);
      if (verb === 'create') await done(...LINES.rm);
      const crashes = crashesAt(steps);
      const chosen: Moment[] = [
        ...(IS_WHOLE ? crashes : spread(crashes, SAMPLE[verb])),
        ...SAID[verb].map((said) => ({ said })),
      ];
      for (const [index, moment] of chosen.entries()) {
        try {
          await prepare(verb);
          const again = async (): Promise<void> => {
            if (verb === 'create') await done(...LINES.rm);
            await prepare(verb);
          };
          if ('step' in moment) await untilKilled(moment, () => commands.runTo(LINES[verb], moment), again);
          else expect((await commands.runTo(LINES[verb], moment)).killed).toBe(true);
          await check(verb, index % 2 === 0 ? 'repair' : 'rm');
        } catch (error) {
          failures.push(`${verb}, ${named(moment)}: ${(error as Error).message}`);
          await commands.run(['rm', '-f', '-y', NAME]);
        }
      }
    }
    await commands.run(['rm', '-f', '-y', NAME]);
    expect(failures).toEqual([]);
    expect(await remains()).toEqual([]);
  },
  LONG,
);
