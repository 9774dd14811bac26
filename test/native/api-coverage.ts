import type { Api, ApiFunction } from './api';
import { compareVersions } from './api';
import { DESCRIBED, INTERNAL, MISSING, SUPERSEDED, type Group } from './api-unbound';

/** How one function of libvirt stands to the binding. */
export interface Entry {
  fn: ApiFunction;
  status: 'bound' | 'not needed' | 'missing' | 'unaccounted';
  reason: string;
}

/** Sorts what libvirt describes into what the addon binds, what it need not bind, and what is missing. */
export function classify(api: Api, bound: Set<string>): Entry[] {
  return api.functions.filter(({ since }) => compareVersions(since, DESCRIBED) <= 0).map((fn) => entryOf(fn, bound));
}

function entryOf(fn: ApiFunction, bound: Set<string>): Entry {
  if (bound.has(fn.name)) return { fn, status: 'bound', reason: '' };
  const other = SUPERSEDED[fn.name];
  if (other !== undefined) return { fn, status: 'not needed', reason: `superseded by ${other}` };
  const internal = INTERNAL.find((group) => holds(group, fn));
  if (internal) return { fn, status: 'not needed', reason: internal.reason };
  const missing = MISSING.find((group) => holds(group, fn));
  if (missing) return { fn, status: 'missing', reason: missing.reason };
  return { fn, status: 'unaccounted', reason: '' };
}

function holds({ functions }: Group, fn: ApiFunction): boolean {
  return functions.some((pattern) => matches(pattern, fn));
}

export function matches(pattern: string, fn: ApiFunction): boolean {
  if (!pattern.endsWith('*')) return pattern === fn.name;
  const start = pattern.slice(0, -1);
  return start.endsWith(':') ? start === `${fn.module}:` : fn.name.startsWith(start);
}

/** The page of the documentation: a table per module, and what is not bound. */
export function page(entries: Entry[]): string {
  return `# libvirt's API in hvkit

Written by \`npm run coverage:api\`, which compares the addon with libvirt's own description of its API (${DESCRIBED}).
"Not needed" is what the binding does by itself, or what a newer call does as well; "missing" could be bound and is not.

${table(entries)}

## Missing

${listing(entries.filter(({ status }) => status === 'missing' || status === 'unaccounted'))}

## Not needed

${listing(entries.filter(({ status, fn }) => status === 'not needed' && !(fn.name in SUPERSEDED)))}

Superseded by another call:

${entries
  .filter(({ status, fn }) => status === 'not needed' && fn.name in SUPERSEDED)
  .map(({ fn }) => `- \`${fn.name}\`: \`${SUPERSEDED[fn.name]}\``)
  .join('\n')}
`;
}

export function table(entries: Entry[]): string {
  const modules = [...new Set(entries.map(({ fn }) => fn.module))].sort();
  const rows = modules.map((module) =>
    row(
      module,
      entries.filter(({ fn }) => fn.module === module),
    ),
  );
  const cells = [['Module', 'Functions', 'Bound', 'Not needed', 'Missing', 'Bound, %'], ...rows, row('All', entries)];
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) => `| ${line.map((cell, column) => pad(cell, column, widths)).join(' | ')} |`);
  const rule = `| ${widths.map((width, column) => `${'-'.repeat(width - (column && 1))}${column ? ':' : ''}`).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function row(name: string, entries: Entry[]): string[] {
  const count = (...statuses: Entry['status'][]) => entries.filter(({ status }) => statuses.includes(status)).length;
  const bound = count('bound');
  const numbers = [entries.length, bound, count('not needed'), count('missing', 'unaccounted')];
  return [name, ...numbers.map(String), ((100 * bound) / entries.length).toFixed(0)];
}

function pad(cell: string, column: number, widths: number[]): string {
  const width = widths[column] ?? 0;
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function listing(entries: Entry[]): string {
  const reasons = [...new Set(entries.map(({ reason }) => reason))];
  const namesFor = (wanted: string) =>
    entries.filter(({ reason }) => reason === wanted).map(({ fn }) => `\`${fn.name}\``);
  return reasons.map((reason) => `- ${reason || 'Nobody has said why'}: ${namesFor(reason).join(', ')}`).join('\n');
}
