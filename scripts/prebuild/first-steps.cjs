// What every binary must be able to do: open libvirt's own test hypervisor, list its domain, and look at its state.
const { connect } = require(process.argv[2]);

async function main() {
  const conn = await connect('test:///default');
  const [domain] = await conn.listAllDomains();
  const { state } = await domain.state();
  if (domain.name !== 'test' || state !== 1) throw new Error(`${domain.name} is in state ${state}`);
  const libvirt = await conn.libvirtVersion();
  await conn.close();
  const { glibcVersionRuntime } = process.report.getReport().header;
  console.log(
    `Node ${process.version} ${process.arch}, glibc ${glibcVersionRuntime}, libvirt ${libvirt}: loaded, opened, listed`,
  );
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
