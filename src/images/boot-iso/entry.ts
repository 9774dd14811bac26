/** One of the systems that a boot menu offers. */
export interface BootEntry {
  /** How the menu's own settings call it. */
  label: string;
  /** Paths in the image. */
  kernel: string;
  initrds: string[];
  /** The kernel's arguments. */
  cmdline: string;
}

export interface BootMenu {
  entries: BootEntry[];
  /** What is booted when nobody chooses. */
  chosen: BootEntry | undefined;
}

/** Reads a file of the image as text; undefined where there is none. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** Configurations that name further ones: so many are read, and no more. */
export const MOST_FILES = 64;
export const MOST_ENTRIES = 1000;

/** A path as a configuration names it, from the image's root. */
export function absolute(path: string, folder: string): string {
  return path.startsWith('/') ? path : `${folder}/${path}`;
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
