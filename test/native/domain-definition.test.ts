import {
  DomainDeviceModifyFlags,
  DomainModificationImpact,
  DomainVcpuFlags,
  DomainXMLFlags,
  type Connection,
  type Domain,
} from '../../src/native/libvirt';
import { connectToDomains, RUNNING_UUID } from './domain-node';
import { libvirtError, unsupported } from './private-node';

let connection: Connection;
let running: Domain;
let stopped: Domain;

beforeEach(async () => {
  ({ connection, running, stopped } = await connectToDomains());
});

afterEach(async () => {
  await connection.close();
});

test('the XML of the machine, and of its next start', async () => {
  expect(await running.xml()).toMatch(/^<domain type='test' id='1'>\n {2}<name>running<\/name>/);
  expect(await running.xml(DomainXMLFlags.INACTIVE)).toContain(`<uuid>${RUNNING_UUID}</uuid>`);
  await running.setVcpus(3, DomainVcpuFlags.CONFIG);
  expect(await running.xml()).toContain("current='2'");
  expect(await running.xml(DomainXMLFlags.INACTIVE | DomainXMLFlags.SECURE)).toContain("current='3'");
});

test('by its UUID', async () => {
  expect((await connection.lookupDomainByUuid(RUNNING_UUID)).name).toBe('running');
  await expect(connection.lookupDomainByUuid('00000000-0000-0000-0000-000000000001')).rejects.toEqual(
    libvirtError('VIR_ERR_NO_DOMAIN', 'virDomainLookupByUUIDString'),
  );
});

test("the form of a hypervisor's own is asked of libvirt, whose test driver has none", async () => {
  await expect(connection.domainXmlFromNative('qemu-argv', 'qemu')).rejects.toEqual(
    unsupported('virConnectDomainXMLFromNative'),
  );
  await expect(connection.domainXmlToNative('qemu-argv', await running.xml())).rejects.toEqual(
    unsupported('virConnectDomainXMLToNative'),
  );
});

test('the kind of its system', async () => {
  expect(await running.osType()).toBe('linux');
});

describe('notes', () => {
  test('a title is set, changed and taken away', async () => {
    expect(await stopped.title()).toBeUndefined();
    await stopped.setTitle('Größe & <Glück>');
    expect(await stopped.title()).toBe('Größe & <Glück>');
    await stopped.setTitle('another');
    expect(await stopped.title()).toBe('another');
    expect(await stopped.xml()).toContain('<title>another</title>');
    await stopped.setTitle(undefined);
    expect(await stopped.title()).toBeUndefined();
  });

  test('a description as well, of more than one line', async () => {
    await stopped.setDescription('one\ntwo');
    expect(await stopped.description()).toBe('one\ntwo');
    await stopped.setDescription(undefined);
    expect(await stopped.description()).toBeUndefined();
  });

  test('a title of more than one line is refused', async () => {
    await expect(stopped.setTitle('one\ntwo')).rejects.toEqual(
      libvirtError('VIR_ERR_INVALID_ARG', 'virDomainSetMetadata'),
    );
  });

  test('the machine and its definition have their own', async () => {
    await running.setTitle('now', DomainModificationImpact.LIVE);
    await running.setTitle('later', DomainModificationImpact.CONFIG);
    expect(await running.title()).toBe('now');
    expect(await running.title(DomainModificationImpact.CONFIG)).toBe('later');
  });

  test('a program keeps an element of its own, under its namespace', async () => {
    await stopped.setMetadata('urn:example:a', 'a', "<owner id='7'/>");
    await stopped.setMetadata('urn:example:b', 'b', '<other>text</other>');
    expect(await stopped.metadata('urn:example:a')).toBe('<owner id="7"/>');
    expect(await stopped.xml()).toContain(`<a:owner xmlns:a="urn:example:a" id="7"/>`);
    await stopped.removeMetadata('urn:example:a');
    expect(await stopped.metadata('urn:example:a')).toBeUndefined();
    expect(await stopped.metadata('urn:example:b')).toBe('<other>text</other>');
  });

  test('a domain that is not there is an error, and not a missing title', async () => {
    await stopped.undefine();
    await expect(stopped.title()).rejects.toEqual(libvirtError('VIR_ERR_NO_DOMAIN', 'virDomainGetMetadata'));
  });
});

test('the label of a running domain', async () => {
  expect(await running.securityLabel()).toEqual({ label: 'libvirt-test', enforcing: true });
  await expect(running.securityLabels()).rejects.toEqual(unsupported('virDomainGetSecurityLabelList'));
});

test('there is nothing to warn of', async () => {
  expect(await running.messages()).toEqual([]);
});

test('devices come and go through the functions of that name', async () => {
  const disk = "<disk type='file'><source file='/guest/other.img'/><target dev='vdb'/></disk>";
  const flags = DomainDeviceModifyFlags.LIVE | DomainDeviceModifyFlags.CONFIG;
  await expect(running.attachDevice(disk, flags)).rejects.toEqual(unsupported('virDomainAttachDeviceFlags'));
  await expect(running.updateDevice(disk, flags)).rejects.toEqual(unsupported('virDomainUpdateDeviceFlags'));
  await expect(running.detachDevice(disk, flags)).rejects.toEqual(unsupported('virDomainDetachDeviceFlags'));
  await expect(running.detachDeviceAlias('ua-disk', flags)).rejects.toEqual(unsupported('virDomainDetachDeviceAlias'));
});
