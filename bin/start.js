const { existsSync } = require('node:fs');
const { join } = require('node:path');

const { loadCompiled } = require('../dist/cli/compile-cache');

const dist = join(__dirname, '../dist');

/** Runs the command line of this process as the program of this face. */
exports.start = (options) => {
  const argv = process.argv.slice(2);
  const isCommand = (word) => /^[a-z-]+$/.test(word) && existsSync(join(dist, 'cli/commands', `${word}.js`));
  const program = loadCompiled(join(dist, 'bundle/hvkit.js'), argv.find(isCommand) ?? 'hvkit', require('node:module'));
  program.exports.run(argv, options).then((status) => {
    program.keep();
    process.exit(status);
  });
};
