/** libvirt counts 1,000,000 * major + 1,000 * minor + release; people read `9.0.0`. */
export function versionText(version: number | bigint): string {
  const number = Number(version);
  return [Math.floor(number / 1e6), Math.floor(number / 1e3) % 1e3, number % 1e3].join('.');
}
