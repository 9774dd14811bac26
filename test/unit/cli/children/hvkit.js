// hvkit as a program of its own, with the driver of the tests.
require('../../ssh/children/typescript');

const { run } = require('../../../../src/cli/run');
const { fileDriver } = require('../../../support/file-driver');

run(process.argv.slice(2), { drivers: [fileDriver] }).then(process.exit);
