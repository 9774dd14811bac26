import type { Booted } from '../../src/images/booted';
import type { DriverMachine } from '../../src/drivers/driver';
import { domainXml, type Parts } from '../../src/drivers/kvm/domain-xml';
import type { KvmPlan } from '../../src/drivers/kvm/plan';
import { parseXml } from '../../src/drivers/kvm/xml';
import { connect, DomainDefineFlags } from '../../src/native/libvirt';

const HOME = { path: '/home', id: 'abcd1234' };
const NASTY = `</title> <a>&amp; "'\\ ]]> é`;

interface Wish {
  arch?: 'x86_64' | 'aarch64';
  name?: string;
  share?: string;
  plan?: Partial<KvmPlan>;
  parts?: Partial<Parts>;
}

function xmlOf({ arch = 'x86_64', name = 'dev', share, plan = {}, parts = {} }: Wish): string {
  const shares = share === undefined ? [] : [{ host: share, guest: '/data', readOnly: true }];
  const machine: Booted<DriverMachine> = {
    name,
    uuid: '11111111-2222-4333-8444-555555555555',
    folder: '/folder',
    spec: {
      cpus: 2,
      memory: 256,
      disk: 2 ** 28,
      image: 'micro',
      publish: [],
      shares,
      accel: 'tcg',
      autostart: false,
      options: {},
    },
    image: { name: 'micro', digest: 'd', arch, user: 'hvkit', init: 'micro' },
    plan: {},
    recorded: () => undefined,
    record: () => Promise.resolve(),
  };
  const whole: KvmPlan = {
    schema: 1,
    target: { kind: 'system', uri: 'qemu:///system', onDemand: false },
    domain: 'hvkit-abcd1234-dev',
    cpus: 2,
    memory: 256,
    disk: 2 ** 28,
    accel: 'tcg',
    machineType: arch === 'x86_64' ? 'q35' : 'virt',
    firmware: arch === 'x86_64' ? 'bios' : 'efi',
    cacheMode: 'none',
    ioMode: 'native',
    mac: '52:54:00:11:22:33',
    network: { mode: 'nat', name: 'hvkit-abcd1234' },
    storage: { kind: 'pool', name: 'pool', path: '/pool' },
    ...(share === undefined ? {} : { shares: 'virtiofs' }),
    user: 'hvkit',
    ...plan,
  };
  const disks = { disk: '/pool/disk.qcow2', seed: '/pool/seed.iso' };
  return domainXml(HOME, machine, whole, { disks, forwards: [], log: '/pool/log', ...parts });
}

const boot = { kernel: '/pool/kernel', initrd: '/pool/initrd' };
const cdrom = { disks: { disk: '/pool/disk.qcow2', cdrom: '/pool/boot.iso' } };
const forwards = [{ host: 20022, guest: 22, protocol: 'tcp' as const }];

test.each<[string, Wish]>([
  ['x86_64, from its disk', {}],
  ['x86_64, by UEFI', { plan: { firmware: 'efi' } }],
  ['x86_64, a kernel', { parts: boot }],
  ['x86_64, a CD', { parts: cdrom }],
  ['x86_64, KVM', { plan: { accel: 'kvm' } }],
  ['QEMU’s own network', { plan: { network: { mode: 'user', restrict: true } }, parts: { forwards } }],
  ['a bridge', { plan: { network: { mode: 'bridge', name: 'br0' } } }],
  ['arm64, from its disk', { arch: 'aarch64' }],
  ['arm64, a kernel', { arch: 'aarch64', parts: boot }],
  ['arm64, a CD', { arch: 'aarch64', parts: cdrom }],
  ['a folder by virtiofs', { share: '/srv' }],
  ['a folder by 9p', { share: '/srv', plan: { shares: '9p' } }],
  ['a session', { plan: { target: { kind: 'session', uri: 'qemu:///session?socket=/run/s', onDemand: true } } }],
])('%s: libvirt’s schema has nothing against it', async (_, wish) => {
  await using connection = await connect('test:///default');
  // The test driver has domains of its own type only; all else is read, and compared with the schema, as QEMU's driver does.
  const xml = xmlOf(wish).replace(/type="(?:qemu|kvm)"/, 'type="test"');
  const domain = await connection.defineDomain(xml, DomainDefineFlags.VALIDATE);
  expect(domain.name).toBe('hvkit-abcd1234-dev');
  await domain.undefine();
});

test('what is full of quotes, brackets and entities comes back as it was, and becomes no element', async () => {
  await using connection = await connect('test:///default');
  const disk = `/pool/${NASTY}.qcow2`;
  const share = `/srv/${NASTY}`;
  const xml = xmlOf({ name: NASTY, share, parts: { disks: { disk }, log: `/pool/${NASTY}.log` } });
  const domain = await connection.defineDomain(xml.replace('type="qemu"', 'type="test"'), DomainDefineFlags.VALIDATE);
  const back = parseXml(await domain.xml());
  await domain.undefine();
  expect(back.first('title')?.text).toBe(NASTY);
  expect(back.first('devices', 'disk', 'source')?.attribute('file')).toBe(disk);
  expect(back.first('devices', 'filesystem', 'source')?.attribute('dir')).toBe(share);
  expect(back.first('devices', 'serial', 'log')?.attribute('file')).toBe(`/pool/${NASTY}.log`);
  expect(back.children.filter(({ name }) => name === 'title')).toHaveLength(1);
});

test('QEMU’s card of the network is on the bus that the machine has', () => {
  const user = { network: { mode: 'user' as const, restrict: false } };
  expect(xmlOf({ plan: user })).toContain('bus=pcie.0');
  expect(xmlOf({ plan: { ...user, machineType: 'pc' } })).toContain('bus=pci.0');
});
