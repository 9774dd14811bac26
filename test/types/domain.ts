// Checked by the compiler alone: `scripts/lint types`.
import { expectTypeOf } from 'expect-type';

import {
  DomainCreateFlags,
  DomainDestroyFlagsValues,
  DomainInterfaceAddressesSource,
  DomainMemoryModFlags,
  DomainModificationImpact,
  DomainUndefineFlagsValues,
  DomainVcpuFlags,
  DomainXMLFlags,
  TypedParam,
  type Connection,
  type Domain,
  type DomainCheckpoint,
  type DomainJobType,
  type DomainSnapshot,
  type DomainState,
  type IPAddrType,
  type ParameterValue,
} from '../../src/native/libvirt';

export async function answers(domain: Domain): Promise<void> {
  expectTypeOf(await domain.state()).toEqualTypeOf<{ state: DomainState; reason: number }>();
  expectTypeOf(domain.id).toEqualTypeOf<number | undefined>();

  // 64 bits are BigInts, always.
  const info = await domain.info();
  expectTypeOf(info.memory).toEqualTypeOf<bigint>();
  expectTypeOf(info.cpuTime).toEqualTypeOf<bigint>();
  expectTypeOf(info.vcpus).toEqualTypeOf<number>();
  expectTypeOf(info.state).toEqualTypeOf<DomainState>();
  expectTypeOf((await domain.blockStats('vda')).rdBytes).toEqualTypeOf<bigint>();
  expectTypeOf(await domain.maxMemory()).toEqualTypeOf<bigint>();
  expectTypeOf((await domain.jobStats()).type).toEqualTypeOf<DomainJobType>();

  // What may be missing says so.
  expectTypeOf(await domain.title()).toEqualTypeOf<string | undefined>();
  expectTypeOf((await domain.memoryStats()).RSS).toEqualTypeOf<bigint | undefined>();
  expectTypeOf((await domain.memoryStats())['99']).toEqualTypeOf<bigint | undefined>();
  expectTypeOf((await domain.schedulerParameters())['weight']).toEqualTypeOf<ParameterValue | undefined>();
  expectTypeOf((await domain.interfaceAddresses(DomainInterfaceAddressesSource.ARP))[0]).toEqualTypeOf<
    { name: string; mac: string | null; addresses: { type: IPAddrType; address: string; prefix: number }[] } | undefined
  >();
  // @ts-expect-error: libvirt has no such statistic
  expectTypeOf((await domain.memoryStats()).RESIDENT).not.toBeBigInt();

  // Yes or no is a boolean, done is void, objects are objects.
  expectTypeOf(domain.autostart()).resolves.toEqualTypeOf<boolean>();
  expectTypeOf(domain.destroy()).resolves.toBeVoid();
  expectTypeOf(domain.currentSnapshot()).resolves.toEqualTypeOf<DomainSnapshot>();
  expectTypeOf(domain.listAllCheckpoints()).resolves.toEqualTypeOf<DomainCheckpoint[]>();
  expectTypeOf(domain.blockPeek('vda', 0, 512)).resolves.toEqualTypeOf<Buffer>();
}

export async function flags(domain: Domain): Promise<void> {
  await domain.create();
  await domain.create(0);
  await domain.create(DomainCreateFlags.PAUSED);
  await domain.create(DomainCreateFlags.PAUSED | DomainCreateFlags.AUTODESTROY);
  await domain.undefine(DomainUndefineFlagsValues.NVRAM | DomainUndefineFlagsValues.SNAPSHOTS_METADATA);
  await domain.xml(DomainXMLFlags.INACTIVE | DomainXMLFlags.SECURE);
  await domain.setMemory(1n, DomainMemoryModFlags.LIVE | DomainMemoryModFlags.CONFIG);

  // @ts-expect-error: flags of another function
  await domain.create(DomainUndefineFlagsValues.NVRAM);
  // @ts-expect-error: flags of another function
  await domain.undefine(DomainDestroyFlagsValues.GRACEFUL);
  // @ts-expect-error: flags of another function, though they look alike
  await domain.setVcpus(2, DomainModificationImpact.CONFIG);
  // @ts-expect-error: no flag at all
  await domain.destroy('GRACEFUL');
  // @ts-expect-error: a source is not left out
  await domain.interfaceAddresses();
}

export async function inputs(domain: Domain, connection: Connection): Promise<void> {
  await domain.setMemory(1024);
  await domain.setMemory(1024n);
  await domain.blockCommit('vda');
  await domain.blockCommit('vda', { base: '/base.qcow2', bandwidth: 5n });
  await domain.setMemoryParameters({ [TypedParam.DOMAIN_MEMORY_HARD_LIMIT]: 5n });
  await domain.setNumaParameters({ [TypedParam.DOMAIN_NUMA_MODE]: { int: 1 } });
  await domain.setVcpus(2, DomainVcpuFlags.CONFIG | DomainVcpuFlags.MAXIMUM);
  expectTypeOf(domain.migrate(connection, {}, 0)).resolves.toEqualTypeOf<Domain>();

  // @ts-expect-error: absent is absent, and not null
  await domain.setTitle(null);
  // @ts-expect-error: absent is absent, and not null
  await domain.blockCommit('vda', { base: null });
  // @ts-expect-error: not a size
  await domain.setMemory('1G');
  // @ts-expect-error: a list of CPUs, and not a map of them
  await domain.pinVcpu(0, 0b1001);
  // @ts-expect-error: a parameter is no object of any kind
  await domain.setMemoryParameters({ [TypedParam.DOMAIN_MEMORY_HARD_LIMIT]: { kib: 5n } });
  // @ts-expect-error: a domain is migrated to a connection
  await domain.migrate('qemu:///system', {}, 0);
}
