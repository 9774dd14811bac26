import { HvError } from '../../errors';
import type { Connection, Domain } from '../../native/libvirt';
import { ifThere } from './absent';
import type { Scene } from './scene';

/** The machine's domain, where there must be one. */
export async function domainOf(connection: Connection, { machine, plan }: Scene): Promise<Domain> {
  const domain = await ifThere(connection.lookupDomainByUuid(machine.uuid));
  if (domain) return domain;
  throw noDomain(plan.domain, plan.target.uri);
}

export function noDomain(name: string, uri: string): HvError {
  return new HvError({
    code: 'ERR_KVM_NO_DOMAIN',
    message: `libvirt (${uri}) has no domain ${name}: somebody else removed it`,
    hint: 'hvkit doctor shows what is left of the machine; hvkit rm removes that.',
  });
}
