// Works on a home that others work on at the same time, and prints what became of each piece of work as a line of JSON:
// node busy-child.js {home, image, driver, number}
const { Hvkit } = require('../../dist/machines/hvkit');

const { home, image, driver, number } = JSON.parse(process.argv[2]);
const { fileDriver } = require(driver);

const SHARED = ['a', 'b'];
const ROUNDS = 8;

/** The same numbers in each run of one process. */
let seed = number + 1;
function choose(choices) {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return choices[(seed >>> 16) % choices.length];
}

const hvkit = new Hvkit({ home, drivers: [fileDriver], env: {} });

const VERBS = {
  create: async (name) => (await hvkit.create({ name, image, options: { guest: 'silent' } })).phase,
  remove: async (name) => (await hvkit.machine(name)).remove(),
  inspect: async (name) => (await hvkit.machine(name)).inspect().name,
  list: async () => (await hvkit.list()).map(({ name, error }) => ({ name, code: error?.code })),
};

async function attempt(verb, name) {
  let line = { verb, name };
  try {
    line.result = (await VERBS[verb](name)) ?? null;
  } catch (error) {
    line = { ...line, code: error.code ?? 'none', message: error.stack };
  }
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function main() {
  const own = `own-${number}`;
  await attempt('create', own);
  for (let round = 0; round < ROUNDS; round += 1) {
    await attempt(choose(['create', 'remove', 'inspect', 'list']), choose(SHARED));
  }
  if (number % 2 === 0) await attempt('remove', own);
  await hvkit.close();
}

main();
