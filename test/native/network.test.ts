import {
  ConnectListAllNetworksFlags,
  NetworkCreateFlags,
  NetworkDefineFlags,
  NetworkUpdateCommand,
  NetworkUpdateFlags,
  NetworkUpdateSection,
  type Connection,
  type Network,
} from '../../src/native/libvirt';
import { connectToPrivateNode, libvirtError, unsupported } from './private-node';

const UUID = 'dd8fe884-6c02-601e-7551-cca97df1c5df';
const LAN = `<network>
  <name>lan</name>
  <uuid>${UUID}</uuid>
  <forward mode='nat'/>
  <bridge name='virbr7'/>
  <ip address='192.168.122.1' netmask='255.255.255.0'>
    <dhcp><range start='192.168.122.2' end='192.168.122.99'/></dhcp>
  </ip>
  <ip family='ipv6' address='fd00:7::1' prefix='64'/>
</network>`;
const OTHER = `<network><name>other</name><bridge name='virbr8'/><ip address='10.9.8.1' prefix='24'/></network>`;

let connection: Connection;
let lan: Network;

beforeEach(async () => {
  connection = await connectToPrivateNode(LAN);
  lan = await connection.lookupNetworkByName('lan');
});

afterEach(async () => {
  await connection.close();
});

const names = (networks: Network[]) => networks.map(({ name }) => name).sort();

describe('finding networks', () => {
  test('by name and by UUID it is the same network', async () => {
    const found = await connection.lookupNetworkByUuid(UUID);
    expect([found.name, found.uuid]).toEqual(['lan', UUID]);
    expect([lan.name, lan.uuid]).toEqual(['lan', UUID]);
    expect(found.connection).toBe(connection);
  });

  test('all of them, or those of a state', async () => {
    await connection.defineNetwork(OTHER);
    expect(names(await connection.listAllNetworks())).toEqual(['lan', 'other']);
    expect(names(await connection.listAllNetworks(ConnectListAllNetworksFlags.ACTIVE))).toEqual(['lan']);
    expect(names(await connection.listAllNetworks(ConnectListAllNetworksFlags.INACTIVE))).toEqual(['other']);
  });

  test('none is an error with its name', async () => {
    await expect(connection.lookupNetworkByName('nowhere')).rejects.toEqual(
      libvirtError('VIR_ERR_NO_NETWORK', 'virNetworkLookupByName'),
    );
    await expect(connection.lookupNetworkByUuid(UUID.replace('dd8', '000'))).rejects.toEqual(
      libvirtError('VIR_ERR_NO_NETWORK', 'virNetworkLookupByUUIDString'),
    );
    await expect(connection.lookupNetworkByUuid('no UUID')).rejects.toEqual(
      libvirtError('VIR_ERR_INVALID_ARG', 'virNetworkLookupByUUIDString'),
    );
  });
});

describe('a network lives', () => {
  test('defined, started, stopped, undefined', async () => {
    const network = await connection.defineNetwork(OTHER);
    expect([await network.isActive(), await network.isPersistent()]).toEqual([false, true]);
    await network.create();
    expect(await network.isActive()).toBe(true);
    await expect(network.create()).rejects.toEqual(libvirtError('VIR_ERR_OPERATION_INVALID', 'virNetworkCreate'));
    await network.destroy();
    expect(await network.isActive()).toBe(false);
    await network.undefine();
    expect(names(await connection.listAllNetworks())).toEqual(['lan']);
    await expect(network.xml()).rejects.toEqual(libvirtError('VIR_ERR_NO_NETWORK', 'virNetworkGetXMLDesc'));
  });

  test('defined again, it has the new definition and the same UUID', async () => {
    const { uuid } = await connection.defineNetwork(OTHER);
    const renewed = await connection.defineNetwork(
      OTHER.replace('10.9.8.1', '10.9.7.1').replace('<bridge', `<uuid>${uuid}</uuid><bridge`),
    );
    expect(renewed.uuid).toBe(uuid);
    expect(await renewed.xml()).toContain('10.9.7.1');
    await expect(connection.defineNetwork(OTHER)).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_FAILED', 'virNetworkDefineXML'),
    );
  });

  test('transient: made running, gone when it stops', async () => {
    const network = await connection.createNetwork(OTHER);
    expect([await network.isActive(), await network.isPersistent()]).toEqual([true, false]);
    await network.destroy();
    await expect(connection.lookupNetworkByName('other')).rejects.toMatchObject({ code: 'VIR_ERR_NO_NETWORK' });
  });

  test('flags reach libvirt: what breaks the schema is refused when asked', async () => {
    const odd = OTHER.replace('</network>', '<oddity/></network>');
    await expect(connection.defineNetwork(odd, NetworkDefineFlags.VALIDATE)).rejects.toEqual(
      libvirtError('VIR_ERR_XML_INVALID_SCHEMA', 'virNetworkDefineXMLFlags'),
    );
    await expect(connection.createNetwork(odd, NetworkCreateFlags.VALIDATE)).rejects.toEqual(
      libvirtError('VIR_ERR_XML_INVALID_SCHEMA', 'virNetworkCreateXMLFlags'),
    );
    expect(names(await connection.listAllNetworks())).toEqual(['lan']);
    await connection.defineNetwork(OTHER, NetworkDefineFlags.VALIDATE);
    expect(names(await connection.listAllNetworks())).toEqual(['lan', 'other']);
  });

  test('autostart is off, on, off', async () => {
    expect(await lan.autostart()).toBe(false);
    await lan.setAutostart(true);
    expect(await lan.autostart()).toBe(true);
    expect(names(await connection.listAllNetworks(ConnectListAllNetworksFlags.AUTOSTART))).toEqual(['lan']);
    await lan.setAutostart(false);
    expect(await lan.autostart()).toBe(false);
  });

  test('its bridge has a name; without one that is an error', async () => {
    expect(await lan.bridgeName()).toBe('virbr7');
    const direct = await connection.defineNetwork(
      `<network><name>direct</name><forward mode='bridge'><interface dev='eth9'/></forward></network>`,
    );
    await expect(direct.bridgeName()).rejects.toEqual(
      libvirtError('VIR_ERR_INTERNAL_ERROR', 'virNetworkGetBridgeName'),
    );
  });
});

describe('update', () => {
  const { ADD_FIRST, ADD_LAST, DELETE, MODIFY } = NetworkUpdateCommand;
  const { DNS_HOST, DNS_SRV, DNS_TXT, FORWARD_INTERFACE, IP_DHCP_HOST, IP_DHCP_RANGE, PORTGROUP } =
    NetworkUpdateSection;
  const HOST = `<host mac='52:54:00:00:00:01' name='one' ip='192.168.122.201'/>`;

  test.each([
    ['a DHCP host', IP_DHCP_HOST, HOST, 'ip="192.168.122.201"'],
    ['a DHCP range', IP_DHCP_RANGE, `<range start='192.168.122.150' end='192.168.122.160'/>`, 'end="192.168.122.160"'],
    ['a DNS host', DNS_HOST, `<host ip='192.168.122.202'><hostname>two</hostname></host>`, '<hostname>two</hostname>'],
    ['a DNS TXT record', DNS_TXT, `<txt name='three' value='drei'/>`, 'value="drei"'],
    ['a DNS SRV record', DNS_SRV, `<srv service='ldap' protocol='tcp' target='four' port='389'/>`, 'service="ldap"'],
    ['a forward interface', FORWARD_INTERFACE, `<interface dev='eth9'/>`, 'dev="eth9"'],
    ['a port group', PORTGROUP, `<portgroup name='five'/>`, 'name="five"'],
  ])('adds %s, once, and deletes it', async (_what, section, element, mark) => {
    const text = async () => (await lan.xml()).replaceAll("'", '"');
    const before = await text();
    expect(before).not.toContain(mark);
    await lan.update(ADD_LAST, section, element);
    expect(await text()).toContain(mark);
    await expect(lan.update(ADD_LAST, section, element)).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_INVALID', 'virNetworkUpdate'),
    );
    await lan.update(DELETE, section, element);
    expect(await text()).not.toContain(mark);
    await expect(lan.update(DELETE, section, element)).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_INVALID', 'virNetworkUpdate'),
    );
  });

  test('changes what is there', async () => {
    await lan.update(ADD_LAST, IP_DHCP_HOST, HOST);
    await lan.update(MODIFY, IP_DHCP_HOST, HOST.replace('.201', '.210'));
    expect(await lan.xml()).toContain(`ip='192.168.122.210'`);
    expect(await lan.xml()).not.toContain(`ip='192.168.122.201'`);
  });

  test('adds at the end or at the beginning', async () => {
    const host = (number: number) => `<host mac='52:54:00:00:00:0${number}' ip='192.168.122.20${number}'/>`;
    await lan.update(ADD_LAST, IP_DHCP_HOST, host(1));
    await lan.update(ADD_LAST, IP_DHCP_HOST, host(2));
    await lan.update(ADD_FIRST, IP_DHCP_HOST, host(3));
    const order = [...(await lan.xml()).matchAll(/ip='192\.168\.122\.20(\d)'/g)].map(([, number]) => number);
    expect(order).toEqual(['3', '1', '2']);
  });

  test('finds the parent by its number', async () => {
    const range = `<range start='fd00:7::10' end='fd00:7::20'/>`;
    await lan.update(ADD_LAST, IP_DHCP_RANGE, range, { parentIndex: 1 });
    expect(await lan.xml()).toMatch(/address='fd00:7::1'[^]*end='fd00:7::20'/);
    await expect(lan.update(ADD_LAST, IP_DHCP_RANGE, range, { parentIndex: 9 })).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_INVALID', 'virNetworkUpdate'),
    );
  });

  test('of the definition leaves the running network, and the other way round', async () => {
    const { AFFECT_CONFIG, AFFECT_LIVE } = NetworkUpdateFlags;
    await lan.update(ADD_LAST, IP_DHCP_HOST, HOST, { flags: AFFECT_CONFIG });
    expect(await lan.xml()).not.toContain('.201');
    await expect(lan.update(ADD_LAST, IP_DHCP_HOST, HOST, { flags: AFFECT_CONFIG })).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_INVALID', 'virNetworkUpdate'),
    );
    await lan.update(ADD_LAST, IP_DHCP_HOST, HOST, { flags: AFFECT_LIVE });
    expect(await lan.xml()).toContain('.201');
  });

  test('refuses what cannot be updated, and XML that is of another section', async () => {
    await expect(lan.update(MODIFY, NetworkUpdateSection.BRIDGE, `<bridge name='virbr9'/>`)).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_UNSUPPORTED', 'virNetworkUpdate'),
    );
    await expect(lan.update(ADD_LAST, IP_DHCP_RANGE, HOST)).rejects.toMatchObject({ call: 'virNetworkUpdate' });
    expect(await lan.bridgeName()).toBe('virbr7');
  });
});

test('a flag that the driver does not know is refused by libvirt', async () => {
  await expect(lan.xml(1 << 30)).rejects.toEqual(libvirtError('VIR_ERR_INVALID_ARG', 'virNetworkGetXMLDesc'));
});

test('leases and ports, which this driver does not have, are asked for', async () => {
  await expect(lan.dhcpLeases()).rejects.toEqual(unsupported('virNetworkGetDHCPLeases'));
  await expect(lan.dhcpLeases('52:54:00:00:00:01')).rejects.toEqual(unsupported('virNetworkGetDHCPLeases'));
  await expect(lan.listAllPorts()).rejects.toEqual(unsupported('virNetworkListAllPorts'));
  await expect(lan.createPort('<networkport/>')).rejects.toEqual(unsupported('virNetworkPortCreateXML'));
  await expect(lan.lookupPortByUuid(UUID)).rejects.toEqual(unsupported('virNetworkPortLookupByUUIDString'));
});
