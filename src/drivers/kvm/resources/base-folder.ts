import { mkdir, rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

import type { Properties, Step } from '../../../resources/resource';
import { sizeOf } from '../../../files';
import { SharedResource } from '../../../resources/shared';
import { baseFiles, baseName, type BaseFile } from '../base-files';
import { removeEmpty, takeOver } from '../files';
import type { Scene } from '../scene';
import { oneAtATime, recordedHolders } from '../shared';

/**
 * What machines of one image share, where QEMU is this user's own: further names of the files in the cache, so that the cache
 * can be emptied. Where QEMU is another user, copies: libvirt changes the owner of what a machine uses.
 */
export class BaseFolder extends SharedResource {
  readonly kind = 'base image';
  readonly id = 'base';
  readonly parents = [];
  readonly #scene: Scene;
  readonly #folder: string;
  readonly #copied: boolean;

  constructor(scene: Scene, storage: { bases: string; copied: boolean }) {
    super();
    this.#scene = scene;
    this.#folder = join(storage.bases, baseName(scene.machine.image));
    this.#copied = storage.copied;
  }

  async read(): Promise<Properties | undefined> {
    for (const file of this.#files()) if ((await sizeOf(this.#path(file))) === undefined) return undefined;
    return this.#properties();
  }

  protected async make(step: Step): Promise<Properties> {
    await mkdir(this.#folder, { recursive: true, mode: 0o755 });
    for (const file of this.#files()) {
      // Each appears whole or not at all.
      if ((await sizeOf(this.#path(file))) !== undefined) continue;
      step.progress(`taking over the image's ${file.role}`);
      // A file of the user's own may be written to again, and would change under the disks that lie on top of it.
      const isOurs = file.source.path.startsWith(join(this.#scene.context.home.path, 'cache') + sep);
      await takeOver(file.source.path, this.#path(file), this.#copied || !isOurs);
    }
    return this.#properties();
  }

  protected async unmake(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    await removeEmpty(dirname(this.#folder));
    if (this.#copied) await removeEmpty(dirname(dirname(this.#folder)));
  }

  protected holders(): Promise<readonly string[]> {
    const { context, machine } = this.#scene;
    return recordedHolders(context.home, machine.name, this.id, ({ image }) => image.digest === machine.image.digest);
  }

  protected exclusively<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return oneAtATime(this.#scene.context.home, baseName(this.#scene.machine.image), work, signal);
  }

  #files(): BaseFile[] {
    return baseFiles(this.#scene.machine.image);
  }

  #path({ name }: BaseFile): string {
    return join(this.#folder, name);
  }

  #properties(): Properties {
    return Object.fromEntries(this.#files().map((file) => [file.role, this.#path(file)]));
  }
}
