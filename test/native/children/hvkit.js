// What the scripts here share. They load the built package, as a program would.
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const libvirt = require('../../../dist/native/libvirt');
const { native } = require('../../../dist/native/libvirt/binding');

/** XML of a domain for the test driver. With a UUID it can be defined again. */
function domainXml(name, { uuid = '', metadata = '' } = {}) {
  return `<domain type='test'>
    <name>${name}</name>${uuid && `<uuid>${uuid}</uuid>`}<memory>8192</memory><os><type>hvm</type></os>
    <metadata>${metadata}</metadata>
  </domain>`;
}

/** A node with one of everything that the test driver knows. */
const NODE = `<node>
  ${domainXml('one')}
  <network><name>net</name><bridge name='br0'/><ip address='10.1.1.1' netmask='255.255.255.0'/></network>
  <interface type='ethernet' name='eth1'><mac address='00:01:02:03:04:05'/></interface>
  <pool type='dir'>
    <name>pool</name><target><path>/hvkit-pool</path></target>
    <volume><name>vol</name><capacity>1000</capacity></volume>
  </pool>
  <device>
    <name>scsi_host1</name>
    <capability type='scsi_host'><host>1</host></capability>
  </device>
</node>`;

/** A hypervisor of our own, instead of test:///default, which all connections of a process share. */
function privateUri() {
  const folder = mkdtempSync(join(tmpdir(), 'hvkit-child-'));
  const file = join(folder, 'node.xml');
  writeFileSync(file, NODE);
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return `test://${file}`;
}

/** Calls again and again, `lanes` at a time, until a call fails. */
function keepCalling(call, lanes = 8) {
  const lane = async () => {
    for (;;) await call();
  };
  return Promise.race(Array.from({ length: lanes }, lane));
}

/** Pauses and resumes a domain for ever, which sends two lifecycle events each time. */
async function keepEventsComing(domain) {
  for (;;) {
    await domain.suspend();
    await domain.resume();
  }
}

/**
 * test:///default lives as long as some connection to it, so a domain that was defined there tells whether all connections
 * of this process have closed. Resolves when it is gone; whoever waits in vain runs into the test's time limit.
 */
async function allClosed(marker) {
  for (;;) {
    const connection = await libvirt.connect('test:///default');
    const names = (await connection.listAllDomains()).map(({ name }) => name);
    await connection.close();
    if (!names.includes(marker)) return;
  }
}

module.exports = { ...libvirt, native, domainXml, privateUri, keepCalling, keepEventsComing, allClosed };
