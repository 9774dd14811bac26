import type { ImageInfo } from '../images/image-info';
import type { Images as ImageStore } from '../images/images';
import type { ImageWork } from '../images/work';
import type { WorkOptions } from './progress';

export type { ImageInfo } from '../images/image-info';

export interface Images {
  /** The catalogue's and those that are in the cache. */
  list(): Promise<ImageInfo[]>;
  /** One of hvkit's own, from the distribution's packages. */
  build(name: string, options?: WorkOptions): Promise<ImageInfo>;
  pull(name: string, options?: WorkOptions & { checksum?: string }): Promise<ImageInfo>;
  /** From the cache. */
  remove(name: string): Promise<void>;
}

/** The images of a home as programs see them: their work is told as that of machines is, of which there is none here. */
export function imagesOf(store: () => ImageStore): Images {
  return {
    list: () => store().list(),
    build: (name, options) => store().build(name, workOf(options)),
    pull: (name, options) => store().pull(name, { ...workOf(options), checksum: options?.checksum }),
    remove: (name) => store().remove(name),
  };
}

function workOf({ signal, onProgress }: WorkOptions = {}): ImageWork {
  return {
    signal,
    onProgress:
      onProgress &&
      ((message, fraction) => {
        onProgress({ machine: '', stage: 'image', message, ...(fraction !== undefined && { fraction }) });
      }),
  };
}
