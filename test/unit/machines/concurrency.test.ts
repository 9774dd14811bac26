import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { compileSupport } from '../../support/compiled';
import { Folder } from '../../support/folder';
import { runningHome } from '../../support/home';

interface Outcome {
  verb: 'create' | 'remove' | 'inspect' | 'list';
  name: string;
  result?: unknown;
  code?: string;
  message?: string;
}

const SUPPORT = join(__dirname, '..', '..', 'support');
const PROCESSES = 20;

/** What may become of a piece of work while others do theirs; all else is a fault. */
const LEGAL: Readonly<Record<Outcome['verb'], readonly string[]>> = {
  create: ['ERR_MACHINE_EXISTS', 'ERR_LOCKED'],
  remove: ['ERR_NO_MACHINE', 'ERR_LOCKED'],
  inspect: ['ERR_NO_MACHINE'],
  list: [],
};

test('20 processes at once on one home: each outcome is a legal one, and nothing is lost', async () => {
  using tools = new Folder();
  compileSupport(['file-driver', 'guest'], tools.path);
  await using home = runningHome();
  const outcomes = await Promise.all(
    Array.from({ length: PROCESSES }, async (_, number) => {
      const driver = join(tools.path, 'file-driver.js');
      // Of each four, two that keep their machine and two that do not, one of each is the command line.
      const by = number % 4 < 2 ? 'command line' : 'library';
      const args = JSON.stringify({ home: home.path, image: home.image, driver, number, by });
      const { stdout } = await promisify(execFile)(process.execPath, [join(SUPPORT, 'busy-child.js'), args]);
      return stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Outcome);
    }),
  );

  const all = outcomes.flat();
  const illegal = all.filter(({ verb, code }) => code !== undefined && !LEGAL[verb].includes(code));
  expect(illegal).toEqual([]);
  // Nobody is in the way of a machine of one's own.
  const own = all.filter(({ name }) => name.startsWith('own-'));
  expect(own.filter(({ code }) => code !== undefined)).toEqual([]);
  const listed = all.flatMap(({ verb, result }) => (verb === 'list' ? (result as { code?: string }[]) : []));
  expect(listed.filter(({ code }) => code === 'ERR_MACHINE_FILE')).toEqual([]);

  const hvkit = home.open();
  const left = (await hvkit.machines()).filter(({ name }) => name.startsWith('own-'));
  const odd = Array.from({ length: PROCESSES / 2 }, (_, index) => `own-${2 * index + 1}`);
  expect(left.map(({ name }) => name)).toEqual(odd);
  expect(await hvkit.doctor()).toEqual([]);
  // One id, or their machines would be strangers to each other.
  expect(readdirSync(join(home.path, 'host'))).toHaveLength(1);
  for (const machine of await hvkit.machines()) await machine.remove();
  expect(home.remains).toEqual([]);
  expect(home.processes).toEqual([]);
});
