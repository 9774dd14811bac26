import type { Arch } from './image';

export interface ImageInfo {
  name: string;
  description: string;
  arch: Arch;
  /** Bytes in the cache; undefined: not there. */
  cached?: number;
}
