#!/usr/bin/env node
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const { loadCompiled } = require('../dist/cli/compile-cache');

const argv = process.argv.slice(2);
const dist = join(__dirname, '../dist');
const isCommand = (word) => /^[a-z-]+$/.test(word) && existsSync(join(dist, 'cli/commands', `${word}.js`));
const program = loadCompiled(join(dist, 'bundle/hvkit.js'), argv.find(isCommand) ?? 'hvkit', require('node:module'));
program.exports.run(argv).then((status) => {
  program.keep();
  process.exit(status);
});
