// Opens argv[2], a URI of an embedded QEMU driver, boots the domain whose XML is argv[3], and has its console compute. Says
// "up" then, and removes all when its standard input ends. In a process of its own, because with an embedded driver
// libvirt takes every qemu: URI of the process for it.
const { readFileSync } = require('node:fs');

const { connect, DomainState } = require('../../../dist/native/libvirt');

async function main(uri, xml) {
  const connection = await connect(uri);
  const domain = await connection.defineDomain(xml);
  await domain.create();
  const console = await domain.openConsole();
  let text = '';
  for await (const chunk of console) {
    text += chunk;
    if (text.includes('hvkit-guest ready')) {
      text = '';
      console.write('echo the answer is $((6*7))\n');
    }
    if (text.includes('the answer is 42')) break;
  }
  process.stdout.write('up\n');
  readFileSync(0);
  await domain.destroy();
  process.stdout.write(`${DomainState[(await domain.state()).state]}\n`);
  await domain.undefine();
  process.stdout.write(`${(await connection.listAllDomains()).length} left\n`);
  await connection.close();
}

void main(process.argv[2], process.argv[3]);
