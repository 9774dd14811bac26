import { HvError, type HvErrorInit } from 'hvkit';
import { connect, DomainState, LibvirtError, type Connection, type Domain } from 'hvkit/libvirt';
import { HvError as HvErrorOfDrivers, type DriverDefinition } from 'hvkit/driver';
import { lifecycleSuite, type Runner } from 'hvkit/testing';

export async function states(uri: string): Promise<Map<string, DomainState>> {
  const conn: Connection = await connect(uri);
  const domains: Domain[] = await conn.listAllDomains();
  const found = new Map<string, DomainState>();
  for (const domain of domains) found.set(domain.name, (await domain.state()).state);
  await conn.close();
  return found;
}

export function codeOf(error: unknown): HvErrorInit['code'] | undefined {
  if (error instanceof LibvirtError) return error.code;
  return HvError.is(error) ? error.code : undefined;
}

export function checked(definition: DriverDefinition, test: Runner['test'], after: Runner['after']): void {
  if (!HvErrorOfDrivers.is(definition)) lifecycleSuite({ definition, run: { test, after }, without: ['publish'] });
}

// @ts-expect-error a URI is text: types that had become `any` would let this pass
await connect(1);
