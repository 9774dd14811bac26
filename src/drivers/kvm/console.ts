import type { Duplex } from 'node:stream';

import { HvError } from '../../errors';
import { LibvirtError } from '../../native/libvirt';
import { domainOf } from './find';
import { notRunning } from './lifecycle';
import type { Scene } from './scene';

/** The machine's console, in both directions: libvirt gives it to one reader at a time. */
export async function openConsole(scene: Scene): Promise<Duplex> {
  const domain = await domainOf(await scene.writer(), scene);
  if (!(await domain.isActive())) throw notRunning();
  try {
    return await domain.openConsole();
  } catch (error) {
    if (!LibvirtError.is(error) || !/active console session/i.test(error.message)) throw error;
    throw new HvError({
      code: 'ERR_KVM_CONSOLE_IN_USE',
      message: `Somebody else has the console of ${scene.machine.name} open`,
      hint: `Detach there first; what it prints is in: hvkit logs -f ${scene.machine.name}`,
      cause: error,
    });
  }
}
