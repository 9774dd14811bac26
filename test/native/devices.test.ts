import {
  connect,
  ConnectListAllInterfacesFlags,
  ConnectListAllNodeDeviceFlags,
  InterfaceDefineFlags,
  SecretUsageType,
  type Connection,
  type Interface,
  type NodeDevice,
} from '../../src/native/libvirt';
import { connectToPrivateNode, libvirtError, unsupported } from './private-node';

const ETH = `<interface type='ethernet' name='eth1'>
  <start mode='onboot'/>
  <mac address='aa:bb:cc:dd:ee:ff'/>
  <mtu size='1492'/>
</interface>`;
const adapter = (number: number, parent: string) => `<device>
  <name>scsi_host${number}</name>
  <parent>${parent}</parent>
  <capability type='scsi_host'>
    <host>${number}</host>
    <capability type='fc_host'>
      <wwnn>200000001234123${number}</wwnn>
      <wwpn>100000001234123${number}</wwpn>
      <fabric_wwn>2000000043214321</fabric_wwn>
    </capability>
    <capability type='vport_ops'><max_vports>127</max_vports><vports>1</vports></capability>
  </capability>
</device>`;
const COMPUTER = `<device>
  <name>computer</name>
  <capability type='system'>
    <hardware><uuid>11111111-2222-3333-4444-555555555555</uuid></hardware>
    <firmware><version>1</version></firmware>
  </capability>
</device>`;
const UUID = '11111111-2222-3333-4444-555555555555';

let connection: Connection;

const names = (objects: (Interface | NodeDevice)[]) => objects.map(({ name }) => name).sort();

describe('interfaces', () => {
  let eth1: Interface;

  beforeEach(async () => {
    connection = await connectToPrivateNode(ETH);
    eth1 = await connection.lookupInterfaceByName('eth1');
  });
  afterEach(() => connection.close());

  test('are found by name and MAC address', async () => {
    expect([eth1.name, eth1.mac]).toEqual(['eth1', 'aa:bb:cc:dd:ee:ff']);
    expect((await connection.lookupInterfaceByMac('aa:bb:cc:dd:ee:ff')).name).toBe('eth1');
    expect(await eth1.xml()).toContain(`<mtu size='1492'/>`);
  });

  test('that are not there are an error with its name', async () => {
    await expect(connection.lookupInterfaceByName('eth7')).rejects.toEqual(
      libvirtError('VIR_ERR_NO_INTERFACE', 'virInterfaceLookupByName'),
    );
    await expect(connection.lookupInterfaceByMac('aa:bb:cc:dd:ee:00')).rejects.toEqual(
      libvirtError('VIR_ERR_NO_INTERFACE', 'virInterfaceLookupByMACString'),
    );
  });

  test('are defined, brought up, taken down, undefined', async () => {
    const eth2 = await connection.defineInterface(ETH.replace('eth1', 'eth2').replace('ee:ff', 'ee:02'));
    expect([eth2.mac, await eth2.isActive()]).toEqual(['aa:bb:cc:dd:ee:02', false]);
    const { ACTIVE, INACTIVE } = ConnectListAllInterfacesFlags;
    expect(names(await connection.listAllInterfaces(INACTIVE))).toEqual(['eth2']);
    await eth2.create();
    expect(await eth2.isActive()).toBe(true);
    expect(names(await connection.listAllInterfaces(ACTIVE))).toEqual(['eth1', 'eth2']);
    await expect(eth2.create()).rejects.toEqual(libvirtError('VIR_ERR_OPERATION_INVALID', 'virInterfaceCreate'));
    await eth2.destroy();
    expect(await eth2.isActive()).toBe(false);
    await eth2.undefine();
    expect(names(await connection.listAllInterfaces())).toEqual(['eth1']);
  });

  test('flags reach libvirt: what breaks the schema is refused when asked', async () => {
    const odd = ETH.replace('</interface>', '<oddity/></interface>');
    await expect(connection.defineInterface(odd, InterfaceDefineFlags.VALIDATE)).rejects.toEqual(
      libvirtError('VIR_ERR_XML_INVALID_SCHEMA', 'virInterfaceDefineXML'),
    );
  });

  test('have their changes taken back', async () => {
    await connection.interfaceChangeBegin();
    await connection.defineInterface(ETH.replace('eth1', 'eth2'));
    expect(names(await connection.listAllInterfaces())).toEqual(['eth1', 'eth2']);
    await connection.interfaceChangeRollback();
    expect(names(await connection.listAllInterfaces())).toEqual(['eth1']);
  });

  test('keep their changes when these are committed', async () => {
    await connection.interfaceChangeBegin();
    await expect(connection.interfaceChangeBegin()).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_INVALID', 'virInterfaceChangeBegin'),
    );
    await connection.defineInterface(ETH.replace('eth1', 'eth2'));
    await connection.interfaceChangeCommit();
    await expect(connection.interfaceChangeRollback()).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_INVALID', 'virInterfaceChangeRollback'),
    );
    await expect(connection.interfaceChangeCommit()).rejects.toEqual(
      libvirtError('VIR_ERR_OPERATION_INVALID', 'virInterfaceChangeCommit'),
    );
    expect(names(await connection.listAllInterfaces())).toEqual(['eth1', 'eth2']);
  });
});

describe('node devices', () => {
  let computer: NodeDevice;

  beforeEach(async () => {
    connection = await connectToPrivateNode(COMPUTER + adapter(1, 'computer') + adapter(2, 'scsi_host1'));
    computer = await connection.lookupNodeDeviceByName('computer');
  });
  afterEach(() => connection.close());

  test('are a tree, whose root has no parent', async () => {
    const devices = await connection.listAllNodeDevices();
    const parents = await Promise.all(devices.map(async (device) => [device.name, await device.parent()]));
    expect(Object.fromEntries(parents)).toEqual({
      computer: undefined,
      scsi_host1: 'computer',
      scsi_host2: 'scsi_host1',
    });
  });

  test('tell their capabilities, and are found by them', async () => {
    expect(await computer.listCaps()).toEqual(['system']);
    const { CAP_SCSI_HOST, CAP_SYSTEM } = ConnectListAllNodeDeviceFlags;
    const adapters = await connection.listAllNodeDevices(CAP_SCSI_HOST);
    expect(names(adapters)).toEqual(['scsi_host1', 'scsi_host2']);
    expect(await adapters[0]?.listCaps()).toEqual(['scsi_host']);
    expect(names(await connection.listAllNodeDevices(CAP_SYSTEM))).toEqual(['computer']);
  });

  test('that are not there are an error with its name, also for an object that is left', async () => {
    await expect(connection.lookupNodeDeviceByName('pci_0')).rejects.toEqual(
      libvirtError('VIR_ERR_NO_NODE_DEVICE', 'virNodeDeviceLookupByName'),
    );
    const device = await connection.lookupNodeDeviceByName('scsi_host2');
    await device.destroy();
    await expect(device.listCaps()).rejects.toEqual(libvirtError('VIR_ERR_NO_NODE_DEVICE', 'virNodeDeviceNumOfCaps'));
    await expect(device.xml()).rejects.toEqual(libvirtError('VIR_ERR_NO_NODE_DEVICE', 'virNodeDeviceGetXMLDesc'));
    expect(names(await connection.listAllNodeDevices())).toEqual(['computer', 'scsi_host1']);
  });

  test('tell of themselves in XML', async () => {
    expect(await computer.xml()).toContain(UUID);
  });
});

test('a virtual adapter is created under its parent, and destroyed', async () => {
  const common = await connect('test:///default');
  try {
    const before = names(await common.listAllNodeDevices());
    const device = await common.createNodeDevice(`<device>
      <parent>scsi_host1</parent>
      <capability type='scsi_host'>
        <capability type='fc_host'><wwnn>2000000000000001</wwnn><wwpn>1000000000000001</wwpn></capability>
      </capability>
    </device>`);
    expect(await device.parent()).toBe('scsi_host1');
    expect(await device.xml()).toContain('<wwpn>1000000000000001</wwpn>');
    expect(names(await common.listAllNodeDevices())).toEqual([...before, device.name].sort());
    await device.destroy();
    expect(names(await common.listAllNodeDevices())).toEqual(before);
  } finally {
    await common.close();
  }
});

test('what this driver does not have is asked for', async () => {
  connection = await connectToPrivateNode(COMPUTER);
  try {
    const device = await connection.lookupNodeDeviceByName('computer');
    const calls: [Promise<unknown>, string][] = [
      [device.isActive(), 'virNodeDeviceIsActive'],
      [device.isPersistent(), 'virNodeDeviceIsPersistent'],
      [device.autostart(), 'virNodeDeviceGetAutostart'],
      [device.setAutostart(true), 'virNodeDeviceSetAutostart'],
      [device.create(), 'virNodeDeviceCreate'],
      [device.undefine(), 'virNodeDeviceUndefine'],
      [device.detach(), 'virNodeDeviceDetachFlags'],
      [device.detach('vfio'), 'virNodeDeviceDetachFlags'],
      [device.reattach(), 'virNodeDeviceReAttach'],
      [device.reset(), 'virNodeDeviceReset'],
      [connection.defineNodeDevice('<device/>'), 'virNodeDeviceDefineXML'],
      [connection.lookupNodeDeviceByWwn('2000000012341231', '1000000012341231'), 'virNodeDeviceLookupSCSIHostByWWN'],
      [connection.listAllSecrets(), 'virConnectListAllSecrets'],
      [connection.defineSecret('<secret/>'), 'virSecretDefineXML'],
      [connection.lookupSecretByUuid(UUID), 'virSecretLookupByUUIDString'],
      [connection.lookupSecretByUsage(SecretUsageType.VOLUME, '/disk'), 'virSecretLookupByUsage'],
      [connection.listAllNWFilters(), 'virConnectListAllNWFilters'],
      [connection.defineNWFilter('<filter/>'), 'virNWFilterDefineXML'],
      [connection.defineNWFilter('<filter/>', 1), 'virNWFilterDefineXMLFlags'],
      [connection.lookupNWFilterByName('clean-traffic'), 'virNWFilterLookupByName'],
      [connection.lookupNWFilterByUuid(UUID), 'virNWFilterLookupByUUIDString'],
      [connection.listAllNWFilterBindings(), 'virConnectListAllNWFilterBindings'],
      [connection.lookupNWFilterBindingByPortDev('vnet0'), 'virNWFilterBindingLookupByPortDev'],
      [connection.createNWFilterBinding('<filterbinding/>'), 'virNWFilterBindingCreateXML'],
    ];
    await Promise.all(calls.map(([call, name]) => expect(call).rejects.toEqual(unsupported(name))));
  } finally {
    await connection.close();
  }
});
