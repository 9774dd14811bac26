#!/usr/bin/env node
require('../dist/cli/compile-cache').keepCompiled(require('node:module'));
require('../dist/cli/run').run(process.argv.slice(2)).then(process.exit);
