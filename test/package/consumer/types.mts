import { HvError, type HvErrorInit } from 'hvkit';
import { connect, DomainState, LibvirtError, type Connection, type Domain } from 'hvkit/libvirt';

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

// @ts-expect-error a URI is text: types that had become `any` would let this pass
await connect(1);
