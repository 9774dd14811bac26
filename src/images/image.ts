/** Who reads the seed in the guest. `none`: nobody, the image brings its own users and keys. */
export type GuestInit = 'cloud-init' | 'micro' | 'none';

export type Arch = 'x86_64' | 'aarch64';

/** A file in the cache, verified. */
export interface ImageFile {
  path: string;
  sha256: string;
}

/** An image that lies in the cache, ready to boot from: a disk, or a kernel with its initrd, or both. */
export interface BootImage {
  /** As the user named it. */
  name: string;
  /** Names the same bytes everywhere: sha256 over its files' digests. Base volumes are called by it. */
  digest: string;
  arch: Arch;
  /** The kernel is started by the hypervisor itself; without it the disk's boot loader runs. */
  kernel?: ImageFile;
  /** The same kernel as its self-extracting bzImage, where `kernel` is it unpacked: hyperkit starts nothing else. */
  packed?: ImageFile;
  initrd?: ImageFile;
  /** The kernel's arguments, without the console, which the driver knows. */
  cmdline?: string;
  /** The base of the machine's disk. Without one the machine's disk is empty at first. */
  disk?: ImageFile & { format: 'qcow2' | 'raw'; virtualSize: number };
  /** Stays in the drive, for systems that run from it. */
  cdrom?: ImageFile;
  /** Who hvkit logs in as. The seed makes this user where the image does not have it. */
  user: string;
  init: GuestInit;
}
