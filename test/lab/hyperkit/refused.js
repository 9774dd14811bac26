/** The end of hyperkit before its guest runs: what it says, and how it ends. */
class Refused extends Error {
  constructor(text, { status = 1, aborts = false } = {}) {
    super(text);
    this.status = status;
    this.aborts = aborts;
  }
}

module.exports = { Refused };
