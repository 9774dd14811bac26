// libuv's only pool thread waits in open() for a writer; libvirt must answer all the same.
const { execFileSync } = require('node:child_process');
const { mkdtempSync, readFile, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const { connect } = require('./hvkit');

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'hvkit-fifo-'));
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  let blocked = true;
  const read = new Promise((resolve) => {
    readFile(fifo, () => {
      blocked = false;
      resolve();
    });
  });

  const connection = await connect('test:///default');
  await Promise.all(Array.from({ length: 100 }, () => connection.listAllDomains()));
  await connection.close();
  if (blocked) process.stdout.write('libvirt answered\n');

  writeFileSync(fifo, 'x');
  await read;
  process.stdout.write('pool came free\n');
  rmSync(folder, { recursive: true });
}

void main();
