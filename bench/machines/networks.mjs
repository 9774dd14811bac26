import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const URI = 'qemu:///system';

export function virsh(...words) {
  return execFileSync('virsh', ['--quiet', '--connect', URI, ...words], { encoding: 'utf8' });
}

/**
 * A network of libvirt's as hvkit makes one: an address that is reserved, a DHCP server that does not try whether it is
 * free, a bridge that lets everything through at once; and a tap in it.
 */
export function reservedNetwork(bench, { mac, address }) {
  const [name, bridge, tap] = ['bench', 'bench0', 'benchtap0'];
  create(
    bench,
    name,
    `<network xmlns:dnsmasq="http://libvirt.org/schemas/network/dnsmasq/1.0">
      <name>${name}</name><forward mode="nat"/><bridge name="${bridge}" stp="off" delay="0"/>
      <ip address="10.211.55.1" netmask="255.255.255.0">
        <dhcp><range start="10.211.55.2" end="10.211.55.254"/><host mac="${mac}" ip="${address}"/></dhcp>
      </ip>
      <dnsmasq:options><dnsmasq:option value="no-ping"/></dnsmasq:options>
    </network>`,
  );
  const ip = (...words) => execFileSync('ip', words);
  ip('tuntap', 'add', 'dev', tap, 'mode', 'tap');
  ip('link', 'set', tap, 'master', bridge, 'up');
  return { name, tap };
}

/** The network `default`, as libvirt's package brings it. */
export function defaultNetwork(bench) {
  create(
    bench,
    'default',
    `<network>
      <name>default</name><forward mode="nat"/><bridge name="virbr0" stp="on" delay="0"/>
      <ip address="192.168.122.1" netmask="255.255.255.0">
        <dhcp><range start="192.168.122.2" end="192.168.122.254"/></dhcp>
      </ip>
    </network>`,
  );
  return { name: 'default' };
}

/** Only until libvirt ends, which is with the lab. */
function create(bench, name, xml) {
  const file = join(bench.folder, `${name}.xml`);
  writeFileSync(file, xml);
  virsh('net-create', file);
}
