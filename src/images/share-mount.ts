import { HvError } from '../errors';

export type ShareType = 'virtiofs' | '9p';

/** What a guest is shown of its host. */
export interface GuestShare {
  guest: string;
  readOnly: boolean;
}

export type ShareLine = [tag: string, guest: string, access: 'ro' | 'rw', type: ShareType];

/** What a share is called between host and guest. */
export function shareTag(index: number): string {
  return `share${index}`;
}

export function shareLines(shares: readonly GuestShare[], type: ShareType): ShareLine[] {
  return shares.map(({ guest, readOnly }, index) => [
    shareTag(index),
    oneLine(guest, 'The path of a share'),
    readOnly ? 'ro' : 'rw',
    type,
  ]);
}

/** Mounts a share, unless it is mounted: root's command in the guest, word by word. */
export function mountCommand([tag, guest, access, type]: ShareLine): string[] {
  const script = 'mkdir -p "$2" && { mountpoint -q "$2" 2>/dev/null || mount -t "$3" -o "$4" "$1" "$2"; }';
  const options = type === '9p' ? `${access},trans=virtio,version=9p2000.L,msize=262144` : access;
  return ['sh', '-c', script, 'mount-share', tag, guest, type, options];
}

/** What divides lines and fields in the files of hvkit's own guest would end it. */
export function oneLine(text: string, what: string): string {
  if (text === '' || /[\0\t\r\n]/.test(text)) {
    throw new HvError({
      code: 'ERR_INVALID_ARGUMENT',
      message: `${what} must be one line of text: ${JSON.stringify(text)}`,
    });
  }
  return text;
}
