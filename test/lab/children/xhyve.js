// hvkit's command line with the driver xhyve on the lab's stand-ins: argv[2] says where they are.
const { run } = require('../../../dist/cli/run.js');
const { xhyveOn } = require('../../../dist/drivers/xhyve');

const host = JSON.parse(process.argv[2]);
run(process.argv.slice(3), { drivers: [xhyveOn(host)] }).then((status) => {
  process.exitCode = status;
});
