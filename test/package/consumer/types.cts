import hvkit = require('hvkit');
import libvirt = require('hvkit/libvirt');
import drivers = require('hvkit/driver');
import testing = require('hvkit/testing');

export const suite: (options: testing.LifecycleSuite) => void = testing.lifecycleSuite;
export const options = drivers.z.strictObject({});

export async function names(uri: string): Promise<string[]> {
  const conn: libvirt.Connection = await libvirt.connect(uri);
  const domains = await conn.listAllDomains(libvirt.ConnectListAllDomainsFlags.ACTIVE);
  await conn.close();
  return domains.map((domain) => domain.name);
}

export const isOurs = (error: unknown): error is hvkit.HvError => hvkit.HvError.is(error);

// @ts-expect-error a URI is text: types that had become `any` would let this pass
void libvirt.connect(1);
