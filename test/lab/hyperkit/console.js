// com1: a pty of QEMU's, whose name stands in a file, and a ring of what the guest said.
const { execFileSync } = require('node:child_process');
const {
  closeSync,
  constants,
  ftruncateSync,
  mkdtempSync,
  openSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} = require('node:fs');
const { Socket } = require('node:net');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const { Refused } = require('./refused');

const RING_BYTES = 65536;

/** uart_set_backend. */
function consoleOf({ ports, slots }) {
  const console_ = { arguments: [], opened: () => undefined };
  // Without the device they are on, ports are not looked at.
  if (!ports.com1 || !slots.some(({ device }) => device === 'lpc')) return console_;
  const wanted = {};
  for (const backend of ports.com1) {
    const [, name, value] = /^(autopty|log|null|stdio|asl)(?:=(.*))?$/.exec(backend) ?? [];
    if (name === undefined || (name === 'log' && value === undefined)) {
      throw new Refused(`Unable to initialize backend '${backend}' for LPC device com1`);
    }
    wanted[name] = value;
  }
  const log = wanted.log === undefined ? undefined : ringOf(wanted.log);
  if (!('autopty' in wanted)) {
    log?.close();
    return console_;
  }
  return {
    arguments: ['-chardev', `pty,id=com1${log ? `,logfile=${log.pipe},logappend=on` : ''}`, '-serial', 'chardev:com1'],
    opened(terminal) {
      log?.opened();
      process.stdout.write(`linkname ${wanted.autopty ?? '(null)'}\ncom1 connected to ${terminal}\n`);
      if (wanted.autopty === undefined) return;
      // A plain file, as there; one that is in the way is replaced.
      rmSync(wanted.autopty, { force: true });
      writeFileSync(wanted.autopty, terminal, { mode: 0o644 });
    },
  };
}

/** A file of one size that is written round and round, with nothing that tells where it stands. */
function ringOf(path) {
  let ring;
  try {
    ring = openSync(path, 'w+', 0o644);
  } catch (error) {
    throw new Refused(`open console-ring: ${error.message}`);
  }
  ftruncateSync(ring, RING_BYTES);
  const folder = mkdtempSync(join(tmpdir(), 'hyperkit-'));
  const pipe = join(folder, 'com1');
  execFileSync('mkfifo', [pipe]);
  // For both: one that only reads would have QEMU wait, and be told of an end before it writes.
  const socket = new Socket({
    fd: openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK),
    readable: true,
    writable: false,
  });
  let next = 0;
  socket.on('data', (chunk) => {
    for (let from = 0; from < chunk.length;) {
      const length = Math.min(chunk.length - from, RING_BYTES - next);
      writeSync(ring, chunk, from, length, next);
      from += length;
      next = (next + length) % RING_BYTES;
    }
  });
  socket.unref();
  const opened = () => {
    unlinkSync(pipe);
    rmSync(folder, { recursive: true });
  };
  return {
    pipe,
    opened,
    close() {
      socket.destroy();
      closeSync(ring);
      opened();
    },
  };
}

module.exports = { consoleOf };
