// A shell in the terminal that this process has; its status is that of the shell.
require('./typescript.js');

const { shell } = require('../../../../src/ssh/interactive.ts');

const { host, options } = JSON.parse(process.argv[2]);
shell(host, options).then(
  (status) => {
    process.exitCode = status;
  },
  (error) => {
    process.stdout.write(`${error.code} ${error.message}\n`);
    process.exitCode = 99;
  },
);
