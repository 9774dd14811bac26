import { withAttribute } from '../../../src/drivers/kvm/xml';

const NETWORK = `<?xml version="1.0"?>
<network xmlns:dnsmasq="http://libvirt.org/schemas/network/dnsmasq/1.0">
  <name>a &amp; b</name>
  <mtu size="1400"/>
  <bridge name="old" stp="off" delay="0"/>
  <dns><txt name="example" value="&quot;x&quot; &lt; y"/></dns>
  <ip address="10.0.0.1" prefix="24"><dhcp><host mac="52:54:00:00:00:01" ip="10.0.0.9"/></dhcp></ip>
  <route address="10.1.0.0" prefix="24" gateway="10.0.0.2"/>
  <dnsmasq:options><dnsmasq:option value="no-ping"/></dnsmasq:options>
</network>`;

test('one attribute is changed, and all else stays as it was', () => {
  const changed = withAttribute(NETWORK, 'bridge', { name: 'new "one"' });
  expect(changed).toBe(
    NETWORK.replace(/^.*\n/, '').replaceAll(/\n */g, '').replace('name="old"', 'name="new &quot;one&quot;"'),
  );
});
