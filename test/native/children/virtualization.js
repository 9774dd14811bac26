// virtualization.js DEVICE: what the self-test says, to a user who may open only what is open to all.
const { virtualization } = require('../../../dist/native/hyperkit');
const { native } = require('../../../dist/native/hyperkit/binding');

native();
const NOBODY = 65534;
if (process.getuid() === 0) process.seteuid(NOBODY);

void virtualization({ device: process.argv[2] }).then((answer) => {
  process.stdout.write(JSON.stringify(answer));
});
