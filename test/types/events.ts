// Checked by the compiler alone: `scripts/lint types`.
import { expectTypeOf } from 'expect-type';

import type {
  Connection,
  Domain,
  DomainEventType,
  EventObject,
  Network,
  SubscribeOptions,
} from '../../src/native/libvirt';

export async function subscriptions(connection: Connection, domain: Domain, network: Network): Promise<void> {
  expectTypeOf<EventObject<'domain.lifecycle'>>().toEqualTypeOf<Domain>();
  expectTypeOf<EventObject<'network.lifecycle'>>().toEqualTypeOf<Network>();
  for await (const event of connection.events('domain.lifecycle', { of: domain })) {
    expectTypeOf(event.event).toEqualTypeOf<DomainEventType>();
    expectTypeOf(event.domain).toEqualTypeOf<Domain>();
  }
  await connection.on('network.lifecycle', () => undefined, { of: network });
  await connection.on('qemu.monitor', () => undefined, { of: domain });
  // What an event is not about cannot be asked for.
  expectTypeOf<{ of: Network }>().not.toExtend<SubscribeOptions<'domain.reboot'>>();
  expectTypeOf<{ of: Domain }>().not.toExtend<SubscribeOptions<'network.lifecycle'>>();
}
