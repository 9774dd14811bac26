const { HvError } = require('hvkit');
const { connect, LibvirtError } = require('hvkit/libvirt');

async function main() {
  const conn = await connect('test:///default');
  const [domain] = await conn.listAllDomains();
  const seen = { name: domain.name, ...(await domain.state()) };
  const refusal = await conn.lookupDomainByName('nobody').catch((error) => error);
  await conn.close();
  console.log(
    JSON.stringify({
      node: process.versions.node,
      ...seen,
      error: [refusal.code, refusal instanceof LibvirtError, HvError.is(refusal)],
    }),
  );
}

main();
