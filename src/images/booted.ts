import { HvError } from '../errors';
import type { BootImage } from './image';

/** A machine that boots an image. */
export type Booted<T> = T & { readonly image: BootImage };

/** For a driver whose machines all do: in the file of one, by whatever accident, there may be none. */
export function booted<T extends { readonly name: string; readonly image?: BootImage }>(machine: T): Booted<T> {
  if (hasImage(machine)) return machine;
  throw new HvError({
    code: 'ERR_MACHINE_FILE',
    message: `Of the machine "${machine.name}" no image is recorded, and without one it does not boot`,
    hint: 'Restore its file machine.json.',
  });
}

function hasImage<T extends { readonly image?: BootImage }>(machine: T): machine is Booted<T> {
  return machine.image !== undefined;
}
