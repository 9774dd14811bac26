// The file of a firmware, as src/lib/firmware/bootrom.c reads it.
const { statSync, accessSync, constants } = require('node:fs');

const { Refused } = require('./refused');

const PAGE = 4096;
const LARGEST = 16 * 2 ** 20;

/** Throws Refused. */
function checkRom(path) {
  let size;
  try {
    accessSync(path, constants.R_OK);
    ({ size } = statSync(path));
  } catch (error) {
    throw new Refused(`Error opening bootrom "${path}": ${error.message}`);
  }
  if (size > LARGEST || size < PAGE) throw new Refused(`Invalid bootrom size ${size}`);
  if (size % PAGE !== 0) throw new Refused(`Bootrom size ${size} is not a multiple of the page size`);
}

module.exports = { checkRom };
