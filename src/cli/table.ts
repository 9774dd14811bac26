import { stripVTControlCharacters } from 'node:util';

/** Between two columns, as docker-machine has it. */
const GAP = '   ';

/** Columns under their headings, at least three spaces apart. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows.map((row) => row.map(oneLine))];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(GAP))
    .map(trimmed)
    .join('');
}

function trimmed(line: string): string {
  return `${line.trimEnd()}\n`;
}

/** What a cell shows comes from files and hypervisors: it must not move the cursor. */
function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}
