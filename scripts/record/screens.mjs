import xterm from '@xterm/headless';

/** Closer together than this, changes are shown as one. */
const FRAME = 90;

/**
 * What the terminal shows, from when on. A row is a list of runs of letters in one style.
 * @returns {Promise<{ at: number, rows: { text: string, column: number, color?: number, bold: boolean, dim: boolean }[][] }[]>}
 */
export async function screens(output, { columns, rows }) {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const shown = [];
  for (const [index, { at, text }] of output.entries()) {
    await new Promise((resolve) => terminal.write(text, resolve));
    const next = output[index + 1];
    if (!next || next.at - at >= FRAME || next.at - (shown.at(-1)?.at ?? 0) >= FRAME) {
      shown.push({ at, rows: rowsOf(terminal, rows) });
    }
  }
  terminal.dispose();
  return shown;
}

function rowsOf(terminal, count) {
  const buffer = terminal.buffer.active;
  return Array.from({ length: count }, (_, row) => runsOf(buffer.getLine(buffer.viewportY + row)));
}

function runsOf(line) {
  const runs = [];
  for (let column = 0; line && column < line.length; column++) {
    const cell = line.getCell(column);
    const text = cell.getChars() || ' ';
    const style = {
      ...(cell.isFgPalette() && { color: cell.getFgColor() }),
      bold: cell.isBold() !== 0,
      dim: cell.isDim() !== 0,
    };
    const last = runs.at(-1);
    const same = last && last.color === style.color && last.bold === style.bold && last.dim === style.dim;
    if (same) last.text += text;
    else runs.push({ text, column, ...style });
  }
  return runs.map((run) => ({ ...run, text: run.text.trimEnd() })).filter(({ text }) => text !== '');
}
