// QEMU's monitor on its standard input and output.
const { createInterface } = require('node:readline');

class Monitor {
  #input;
  #waiting = [];

  constructor(child, onEvent) {
    this.#input = child.stdin;
    // Written to as it ends: the end is told elsewhere.
    this.#input.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => {
      // It tells of a pty there too, for people.
      if (!line.startsWith('{')) return;
      const message = JSON.parse(line);
      if (message.event) onEvent(message);
      else if (!message.QMP) this.#waiting.shift()?.(message.return);
    });
  }

  /** Resolves with the answer; never, if QEMU ends before. */
  run(execute) {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#input.write(`${JSON.stringify({ execute })}\n`);
    });
  }
}

module.exports = { Monitor };
