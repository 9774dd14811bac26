import { median, quantile } from './statistics.mjs';

const UNITS = [
  { above: 1e9, divisor: 1e9, unit: 's' },
  { above: 1e6, divisor: 1e6, unit: 'ms' },
  { above: 1e3, divisor: 1e3, unit: 'µs' },
  { above: 0, divisor: 1, unit: 'ns' },
];

export function duration(ns) {
  const { divisor, unit } = UNITS.find(({ above }) => ns >= above);
  return `${digits(ns / divisor)} ${unit}`;
}

/** Three digits that mean something; more would not. */
export function digits(number) {
  if (Math.abs(number) >= 100) return Math.round(number).toLocaleString('en-US');
  return number.toFixed(Math.abs(number) >= 10 ? 1 : 2);
}

/** `2.81 (2.70–2.97)`: the median, p10 and p90. */
export function spread(values) {
  return `${digits(median(values))} (${digits(quantile(values, 0.1))}–${digits(quantile(values, 0.9))})`;
}

export function plural(count, noun) {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** Markdown that can be read in a terminal too. */
export function table(header, rows) {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => pad(cell, widths[column], column)).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => `${'-'.repeat(width + 1)}${column === 0 ? '-' : ':'}`).join('|')}|`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}

function pad(cell, width, column) {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
