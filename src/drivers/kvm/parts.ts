import { z } from 'zod';

import type { Properties } from '../../resources/resource';
import { HvError } from '../../errors';
import type { Parts } from './domain-xml';
import type { Scene } from './scene';
import { logPath } from './log';
import { forward, type Forward } from './user-network';

const base = z.looseObject({
  kernel: z.string().optional(),
  initrd: z.string().optional(),
  disk: z.string().optional(),
  cdrom: z.string().optional(),
});
const file = z.looseObject({ path: z.string() });

/** Without a port of the host one is chosen. */
export type WantedForward = Omit<Forward, 'host'> & { host?: number };

export const SSH_PORT = 22;

type Recorded = (id: string) => Properties | undefined;

/** What the domain is put together of, as the machine's other resources recorded it. */
export function partsOf(scene: Scene, recorded: Recorded): Parts {
  const { machine } = scene;
  const { kernel, initrd, cdrom } = hasBase(scene) ? get(base, 'base', recorded) : {};
  return {
    ...(kernel === undefined ? {} : { kernel }),
    ...(initrd === undefined ? {} : { initrd }),
    disks: {
      disk: get(file, 'disk', recorded).path,
      ...(machine.image.init === 'none' ? {} : { seed: get(file, 'seed', recorded).path }),
      ...(cdrom === undefined ? {} : { cdrom }),
    },
    forwards: forwardIds(scene).map((id) => get(forward, id, recorded)),
    log: logPath(scene),
  };
}

export function baseDisk(recorded: Recorded): string | undefined {
  return get(base, 'base', recorded).disk;
}

export function hasBase({ machine: { image } }: Scene): boolean {
  return [image.kernel, image.initrd, image.disk, image.cdrom].some((each) => each !== undefined);
}

/** The ssh server's, then those that the user published. */
export function wantedForwards({ machine, plan }: Scene): WantedForward[] {
  return plan.network.mode === 'user' ? [{ guest: SSH_PORT, protocol: 'tcp' }, ...machine.spec.publish] : [];
}

export function forwardIds(scene: Scene): string[] {
  return wantedForwards(scene).map((_, index) => `forward-${index}`);
}

export function recordedForwards(scene: Scene): Forward[] {
  return forwardIds(scene).map((id) => get(forward, id, (each) => scene.machine.recorded(each)));
}

function get<T>(schema: z.ZodType<T>, id: string, recorded: Recorded): T {
  const parsed = schema.safeParse(recorded(id));
  if (parsed.success) return parsed.data;
  throw new HvError({
    code: 'ERR_KVM_RECORD',
    message: `What is recorded of the machine's ${id} is incomplete`,
    hint: 'hvkit doctor',
    cause: parsed.error,
  });
}
