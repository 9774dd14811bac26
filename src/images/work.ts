import type { Arch } from './image';

/** What long work takes: a signal that ends it, and somebody to tell how far it has come. */
export interface ImageWork {
  signal?: AbortSignal | undefined;
  /** The fraction is 0 to 1, where it is known. */
  onProgress?: ((message: string, fraction?: number) => void) | undefined;
}

export interface ResolveOptions extends ImageWork {
  /** `sha256:...` or `sha512:...` that the image's file must have. */
  checksum?: string | undefined;
  /** Without it that of the image where it tells, else the host's. */
  arch?: Arch | undefined;
}

export function hostArch(): Arch {
  return process.arch === 'arm64' ? 'aarch64' : 'x86_64';
}
