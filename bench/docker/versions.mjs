/** What the daemon of this number says of itself: none is part of another one's. */
export function versionOf(number) {
  return `20.10.24+bench${String(number).padStart(2, '0')}`;
}
