/** What a system says of itself in /etc/os-release. */
export interface OsRelease {
  /** `debian`, `ubuntu`, `hvkit`. */
  readonly id: string;
  /** What it is like, the nearest first: `rhel`, `fedora`. */
  readonly idLike: readonly string[];
  readonly versionId: string;
  /** `Debian GNU/Linux 12 (bookworm)`, for people. */
  readonly prettyName: string;
  /** Every field, by its name. */
  readonly fields: ReadonlyMap<string, string>;
}

/** The file is a list of assignments as a shell reads them. */
export function parseOsRelease(text: string): OsRelease {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined) fields.set(name, unquoted(value));
  }
  const field = (name: string): string => fields.get(name) ?? '';
  const id = field('ID') || 'linux';
  return {
    id,
    idLike: field('ID_LIKE').split(/\s+/).filter(Boolean),
    versionId: field('VERSION_ID'),
    prettyName: field('PRETTY_NAME') || id,
    fields,
  };
}

/** Whether it is one of these, or like one. */
export function isLike({ id, idLike }: OsRelease, ...names: readonly string[]): boolean {
  return names.some((name) => id === name || idLike.includes(name));
}

function unquoted(value: string): string {
  const single = /^'(.*)'$/.exec(value);
  if (single) return single[1] ?? '';
  const double = /^"(.*)"$/.exec(value);
  return (double?.[1] ?? value).replaceAll(/\\(["$`\\])/g, '$1');
}
