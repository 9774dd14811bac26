// What every binary must be able to do. libvirt's: open its own test hypervisor, list its domain, and look at its state.
// hyperkit's: lock a file, and tell what is no hypervisor. vmnet's: find that nobody has a lease.
const { rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const native = process.argv[2];
const { connect } = require(join(native, 'libvirt'));
const { lockFile, virtualization } = require(join(native, 'hyperkit'));
const { readLeases } = require(join(native, 'vmnet'));

async function main() {
  const conn = await connect('test:///default');
  const [domain] = await conn.listAllDomains();
  const { state } = await domain.state();
  if (domain.name !== 'test' || state !== 1) throw new Error(`${domain.name} is in state ${state}`);
  const libvirt = await conn.libvirtVersion();
  await conn.close();

  const path = join(tmpdir(), `hvkit-first-steps-${process.pid}`);
  const lock = await lockFile(path, { description: 'It', waitMs: 0 });
  const refusal = await lockFile(path, { description: 'It', waitMs: 0 }).catch((error) => error);
  lock.release();
  rmSync(path);
  if (refusal.code !== 'ERR_LOCKED') throw new Error(`a lock that is held gave ${refusal.code}`);
  const { reason } = await virtualization({ device: '/dev/null' });
  if (reason !== 'not-kvm') throw new Error(`/dev/null is ${reason}`);

  const { leases } = await readLeases({ path: join(tmpdir(), `hvkit-no-leases-${process.pid}`) });
  if (leases.length !== 0) throw new Error('a table of leases that is not there has some');

  const { glibcVersionRuntime } = process.report.getReport().header;
  console.log(
    `Node ${process.version} ${process.arch}, glibc ${glibcVersionRuntime}, libvirt ${libvirt}: loaded, opened, listed, locked`,
  );
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
