/** Whether the system refused with one of these: `ENOENT`. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}

/** The disk has no room, or the user may use no more of it. */
export function isNoSpace(error: unknown): boolean {
  return isErrno(error, 'ENOSPC', 'EDQUOT', 'ERR_NO_SPACE');
}
