import type { Connection, Domain } from '../../src/native/libvirt';
import { connectToPrivateNode } from './private-node';

export const RUNNING_UUID = '11111111-2222-4333-8444-555555555501';
export const STOPPED_UUID = '11111111-2222-4333-8444-555555555502';

const RUNNING = `<domain type='test'>
  <name>running</name>
  <uuid>${RUNNING_UUID}</uuid>
  <memory unit='KiB'>4194304</memory>
  <currentMemory unit='KiB'>1048576</currentMemory>
  <vcpu current='2'>4</vcpu>
  <iothreads>2</iothreads>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <source file='/guest/running.img'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <interface type='network'>
      <mac address='52:54:00:00:00:01'/>
      <source network='lan'/>
      <target dev='running0'/>
    </interface>
    <memballoon model='virtio'/>
  </devices>
</domain>`;

const STOPPED = `<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
  <name>stopped</name>
  <uuid>${STOPPED_UUID}</uuid>
  <memory unit='KiB'>2097152</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64'>hvm</type></os>
  <test:runstate>5</test:runstate>
</domain>`;

const LAN = `<network>
  <name>lan</name>
  <ip address='192.0.2.1' netmask='255.255.255.0'>
    <dhcp><range start='192.0.2.10' end='192.0.2.99'/></dhcp>
  </ip>
</network>`;

/** XML of a domain that the test driver takes. */
export const domainXml = (name: string): string =>
  `<domain type='test'><name>${name}</name><memory>1024</memory><os><type>hvm</type></os></domain>`;

/** A host of the caller's own, with a domain that runs and one that does not. */
export async function connectToDomains(): Promise<{ connection: Connection; running: Domain; stopped: Domain }> {
  const connection = await connectToPrivateNode(RUNNING + STOPPED + LAN);
  const running = await connection.lookupDomainByName('running');
  const stopped = await connection.lookupDomainByName('stopped');
  return { connection, running, stopped };
}
