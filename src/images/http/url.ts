/** A URL as people may see it: without a password, nor what stands behind the `?`, which can be a key as well. */
export function shown(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** A login is nobody's business but the server's: it is not kept. */
export function withoutLogin(url: URL): string {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  return copy.href;
}
