import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect, type Connection } from '../../src/native/libvirt';

/** A host of the test driver that this connection has for itself: `test:///default` is one for the whole process. */
export async function connectToPrivateNode(contents: string): Promise<Connection> {
  const folder = await mkdtemp(join(tmpdir(), 'hvkit-node-'));
  const file = join(folder, 'node.xml');
  try {
    await writeFile(file, `<node>${contents}</node>`);
    return await connect(`test://${file}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What tells a libvirt error from another in a test: its name, and the C function that failed. */
export const libvirtError = (code: string, call: string): unknown => expect.objectContaining({ code, call });

/** The driver that the tests use has no such function. */
export const unsupported = (call: string): unknown => libvirtError('VIR_ERR_NO_SUPPORT', call);
