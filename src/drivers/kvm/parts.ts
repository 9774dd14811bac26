import type { Parts } from './domain-xml';
import { forwardIds } from './forwards';
import { logPath } from './log';
import { recordedAs, type Recorded } from './recorded';
import type { Scene } from './scene';

/** What the domain is put together of, as the machine's other resources recorded it. */
export function partsOf(scene: Scene, recorded: Recorded): Parts {
  const { machine } = scene;
  const { kernel, initrd, cdrom } = hasBase(scene) ? recordedAs('base', 'base', recorded) : {};
  return {
    ...(kernel === undefined ? {} : { kernel }),
    ...(initrd === undefined ? {} : { initrd }),
    disks: {
      disk: recordedAs('file', 'disk', recorded).path,
      ...(machine.image.init === 'none' ? {} : { seed: recordedAs('file', 'seed', recorded).path }),
      ...(cdrom === undefined ? {} : { cdrom }),
    },
    forwards: forwardIds(scene).map((id) => recordedAs('forward', id, recorded)),
    log: logPath(scene),
  };
}

export function baseDisk(recorded: Recorded): string | undefined {
  return recordedAs('base', 'base', recorded).disk;
}

export function hasBase({ machine: { image } }: Scene): boolean {
  return [image.kernel, image.initrd, image.disk, image.cdrom].some((each) => each !== undefined);
}
