import type { ImageInfo } from '../images/image-info';
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
  /** What others may see of what a user calls an image: of a URL all but the login. */
  shownName(name: string): string;
}
