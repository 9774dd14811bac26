// One piece of work on the machine `dev`, for a test that kills it in the middle: node crash-child.js {home, image, driver, verb}
const { Hvkit } = require('../../dist/machines/hvkit');

const { home, image, driver, verb } = JSON.parse(process.argv[2]);
const { fileDriver } = require(driver);

const VERBS = {
  create: (hvkit) => hvkit.create({ name: 'dev', image, options: { guest: 'silent' } }),
  start: async (hvkit) => (await hvkit.machine('dev')).start(),
  stop: async (hvkit) => (await hvkit.machine('dev')).stop(),
  remove: async (hvkit) => (await hvkit.machine('dev')).remove(),
};

async function main() {
  const hvkit = new Hvkit({ home, drivers: [fileDriver], env: {} });
  await VERBS[verb](hvkit);
  await hvkit.close();
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
