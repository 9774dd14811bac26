// Works on a home that others work on at the same time, and prints what became of each piece of work as a line of JSON:
// node busy-child.js {home, image, driver, number, by}
const { PassThrough } = require('node:stream');
const { text } = require('node:stream/consumers');

const { home, image, driver, number, by } = JSON.parse(process.argv[2]);
const { fileDriver } = require(driver);

const SHARED = ['a', 'b'];
const ROUNDS = 8;

/** The same numbers in each run of one process. */
let seed = number + 1;
function choose(choices) {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return choices[(seed >>> 16) % choices.length];
}

function byLibrary() {
  const { Hvkit } = require('../../dist/machines/hvkit');
  const hvkit = new Hvkit({ home, drivers: [fileDriver], env: {} });
  return {
    create: async (name) => (await hvkit.create({ name, image, options: { guest: 'silent' } })).phase,
    remove: async (name) => (await hvkit.machine(name)).remove(),
    inspect: async (name) => (await hvkit.machine(name)).inspect().name,
    list: async () => (await hvkit.list()).map(({ name, error }) => ({ name, code: error?.code })),
    close: () => hvkit.close(),
  };
}

/** The same by command lines, of which an error's code is what --debug says. */
function byCommandLine() {
  const { run } = require('../../dist/cli/run');
  async function hvkit(...argv) {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const said = [text(stdout), text(stderr)];
    const env = { FILE_GUEST: 'silent' };
    const status = await run(['--debug', ...argv], { home, drivers: [fileDriver], env, stdout, stderr });
    for (const stream of [stdout, stderr]) stream.end();
    const [printed, told] = await Promise.all(said);
    if (status === 0) return printed;
    // What rm could not remove is the cause of its own error.
    const codes = [...told.matchAll(/code: '(\w+)'/g)].map(([, code]) => code);
    throw Object.assign(new Error(told), { code: codes.find((code) => code !== 'ERR_REMOVE') });
  }
  return {
    create: (name) => hvkit('create', '--image', image, name),
    remove: (name) => hvkit('rm', '-y', name),
    inspect: async (name) => JSON.parse(await hvkit('inspect', name)).name,
    list: async () =>
      JSON.parse(await hvkit('ls', '-o', 'json')).map(({ name, error }) => ({ name, code: error?.code })),
    close: async () => undefined,
  };
}

const { close, ...verbs } = by === 'command line' ? byCommandLine() : byLibrary();

async function attempt(verb, name) {
  let line = { verb, name };
  try {
    line.result = (await verbs[verb](name)) ?? null;
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
  await close();
}

main();
