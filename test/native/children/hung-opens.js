// Twenty opens hang in a daemon that never answers. Files and crypto must work, and process.exit too.
const { pbkdf2 } = require('node:crypto');
const { readFile } = require('node:fs/promises');
const { promisify } = require('node:util');

const { connect } = require('./hvkit');

async function main() {
  for (let i = 0; i < 20; ++i) void connect(process.argv[2]);
  await readFile(__filename);
  await promisify(pbkdf2)('password', 'salt', 1, 64, 'sha512');
  process.stdout.write('pool answered\n', () => process.exit(5));
}

void main();
