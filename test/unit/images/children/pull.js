// Pulls an image: `pull.js HOME URL CHECKSUM`. Prints what it became, or the error; stages go to stderr.
const { Images } = require('../../../../dist/images/images.js');

const [home, url, checksum] = process.argv.slice(2);
let last;

/** @param {string} message */
function onProgress(message) {
  if (message !== last) process.stderr.write(`${message}\n`);
  last = message;
}

new Images({ home, transfer: { pauseMs: 1, attempts: 2 } }).pull(url, { checksum, onProgress }).then(
  (info) => process.stdout.write(JSON.stringify(info)),
  ({ code, message, hint }) => process.stdout.write(JSON.stringify({ code, message, hint })),
);
