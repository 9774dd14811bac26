/** A page that lists a folder is no longer; what comes behind it is not read. */
const LONGEST_PAGE = 2 ** 22;

/** The names that a web server's page of a folder links to, of files and folders in it. */
export function namesIn(page: string): string[] {
  const links = page.slice(0, LONGEST_PAGE).matchAll(/\bhref\s*=\s*["']?([^"'\s>?#]+)/gi);
  const found = [...links].map(([, link = '']) => nameOf(link)).filter((name) => /^[\w+~-][\w.+~-]*$/.test(name));
  return [...new Set(found)];
}

function nameOf(link: string): string {
  // Of a name that holds more than letters, digits and a few signs none is looked for.
  return link.replace(/^\.\//, '').replace(/\/$/, '').replaceAll('%2B', '+').replaceAll('%7E', '~');
}

/** The one with the highest version: numbers within names count as such. */
export function newest(names: readonly string[]): string | undefined {
  return names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
}
