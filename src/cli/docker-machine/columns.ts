/** As docker-machine has it: between two columns, and of a column at least. */
const GAP = 3;
const LEAST = 5;

/**
 * Aligns what is separated by tabs, as Go's text/tabwriter does: a column ends where a line has no such cell, and the last
 * cell of a line is of no column.
 */
export function aligned(text: string): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const widths = lines.map((): number[] => []);
  for (let column = 0; lines.some((cells) => isCell(cells, column)); column += 1) {
    let block: number[] = [];
    for (const [index, cells] of lines.entries()) {
      if (isCell(cells, column)) block.push(index);
      if (isCell(cells, column) && isCell(lines[index + 1] ?? [], column)) continue;
      const width = Math.max(LEAST, ...block.map((each) => lengthOf(lines[each]?.[column]) + GAP));
      for (const each of block) widths[each]?.push(width);
      block = [];
    }
  }
  return lines
    .map((cells, index) => cells.map((cell, column) => padded(cell, widths[index]?.[column] ?? 0)).join(''))
    .join('\n');
}

function isCell(cells: readonly string[], column: number): boolean {
  return column < cells.length - 1;
}

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - lengthOf(cell)));
}

function lengthOf(cell = ''): number {
  return Array.from(cell).length;
}
