import { crashesAt, CrashShim, untilKilled } from '../support/crash-shim';
import { inventory } from './cli';
import { CrashHome, describe as named, spread, type Moment } from './crash';

type Verb = 'create' | 'start' | 'stop' | 'rm';

const NAME = 'dev';
const SIZE = ['--cpus', '1', '--memory', '512M', '--disk', '1G'];
const LINES: Record<Verb, readonly string[]> = {
  create: ['create', ...SIZE, '--network', 'nat', NAME],
  start: ['start', NAME],
  stop: ['stop', NAME],
  rm: ['rm', '-y', NAME],
};
/** How many steps are taken of all, where these are not asked for: a guest has to boot for most of those of `rm`. */
const SAMPLE: Record<Verb, number> = { create: 5, start: 2, stop: 2, rm: 4 };
/** Where much time passes between two steps. */
const SAID: Record<Verb, string[]> = {
  create: ['making the address', 'waiting for ssh'],
  start: ['starting'],
  stop: ['stopping'],
  rm: [],
};
/** Several minutes: `npm run test:long` takes all of them. */
const IS_WHOLE = process.env['HVKIT_LAB_CRASH'] === 'all';
const AT_ONCE = 2;

/** What virsh says, and what hvkit may: one that is paused may be so because libvirt is still starting it. */
const STATES: Record<string, readonly string[]> = {
  running: ['Running'],
  paused: ['Paused', 'Starting'],
  'shut off': ['Stopped'],
  'in shutdown': ['Stopping'],
};

let shim: CrashShim;
const steps: Partial<Record<Verb, readonly string[]>> = {};
let before: ReturnType<typeof inventory>;

beforeAll(async () => {
  shim = new CrashShim();
  before = inventory();
  const home = new CrashHome(shim);
  for (const verb of ['create', 'stop', 'start', 'rm'] as const) steps[verb] = await home.stepsOf(LINES[verb]);
  await home.close(NAME);
});
afterAll(() => {
  shim[Symbol.dispose]();
});

interface Row {
  state: string;
  phase: string;
}

async function machineIn(home: CrashHome): Promise<Row | undefined> {
  const rows = JSON.parse(await home.done('ls', '-o', 'json')) as Row[];
  expect(rows.length).toBeLessThanOrEqual(1);
  return rows[0];
}

/** What `ls` says is so: a guest that goes down meanwhile is asked for again. */
async function trueMachineIn(home: CrashHome): Promise<Row | undefined> {
  for (;;) {
    const domain = home.stateOf(NAME);
    const machine = await machineIn(home);
    if (home.stateOf(NAME) !== domain) continue;
    if (domain !== undefined) expect(STATES[domain]).toContain(machine?.state);
    // It is not said to be whole when it has no domain.
    else if (machine) {
      expect(machine.state).toBe('Error');
      expect(machine.phase).not.toBe('ready');
    }
    return machine;
  }
}

/** There is what the command is about. */
async function prepare(home: CrashHome, verb: Verb): Promise<void> {
  const machine = await machineIn(home);
  if (verb === 'create') return;
  if (!machine) await home.done(...LINES.create);
  if (verb === 'start' && machine?.state !== 'Stopped') await home.done('kill', NAME);
  if (verb === 'stop' && machine?.state === 'Stopped') await home.done(...LINES.start);
}

/** The command is killed there and nowhere else; what one that came to its end has done is undone first. */
async function killedIn(home: CrashHome, verb: Verb, moment: Moment): Promise<void> {
  const run = () => home.runTo(LINES[verb], moment);
  if ('step' in moment) {
    await untilKilled(moment, run, async () => {
      if (verb === 'create') await home.done('rm', '-y', NAME);
      await prepare(home, verb);
    });
  } else if (!(await run()).killed) throw new Error(`it never said "${moment.said}"`);
}

/** `ls` is true, `doctor` names what is there, and `repair`, `rm` or the same again completes. */
async function checkAfterCrash(home: CrashHome, verb: Verb, mend: 'repair' | 'rm'): Promise<void> {
  const machine = await trueMachineIn(home);
  const isHalf = machine?.phase !== 'ready' && home.remains.length > 0;
  const doctor = await home.run(['doctor']);
  expect(doctor.stdout).toContain(isHalf ? NAME : 'All is as it should be.');
  expect(doctor.status).toBe(isHalf ? 1 : 0);

  if (verb === 'start' || verb === 'stop') {
    expect(machine?.phase).toBe('ready');
    await home.done(...LINES[verb]);
    expect((await trueMachineIn(home))?.state).toBe(verb === 'start' ? 'Running' : 'Stopped');
    return;
  }
  if (machine && machine.phase !== 'ready') {
    expect((await home.run(['start', NAME])).stderr).toContain(`hvkit rm ${NAME}`);
  }
  if (!machine || mend === 'repair') await home.done('repair');
  if (await machineIn(home)) await home.done('rm', '-y', NAME);
  expect(home.remains).toEqual([]);
  expect(await home.done('doctor')).toBe('All is as it should be.');
}

test.each([['create'], ['start'], ['stop'], ['rm']] as const)(
  'hvkit %s, killed before and after each step below the home: nothing is lost and nothing stays',
  async (verb) => {
    const crashes = crashesAt(steps[verb] ?? []);
    // A start at the same address and a stop write nothing there: the day they do, each of their steps is met.
    if (verb === 'create' || verb === 'rm') expect(crashes).not.toEqual([]);
    const chosen: Moment[] = [
      ...(IS_WHOLE ? crashes : spread(crashes, SAMPLE[verb])),
      ...SAID[verb].map((said) => ({ said })),
    ];
    const failures: string[] = [];
    const next = chosen.entries();
    const worker = async (): Promise<void> => {
      let home = new CrashHome(shim);
      for (const [index, moment] of next) {
        try {
          await prepare(home, verb);
          await killedIn(home, verb, moment);
          await checkAfterCrash(home, verb, index % 2 === 0 ? 'repair' : 'rm');
          // Its first steps are those in a home that is new.
          if (verb !== 'create') continue;
        } catch (error) {
          failures.push(`${named(moment)}: ${(error as Error).message}`);
        }
        await home.close(NAME);
        home = new CrashHome(shim);
      }
      await home.close(NAME);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(failures).toEqual([]);
    expect(inventory()).toEqual(before);
  },
  3_600_000,
);
