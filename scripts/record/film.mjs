const LETTER = { width: 8.43, height: 19 };
const MARGIN = { side: 16, top: 42, bottom: 14 };
const STAY = 4000;
const PALETTE = ['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'];
const BRIGHT = ['#6e7681', '#ffa198', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#ffffff'];

/** An SVG in which each row of the terminal is there for as long as it was shown. Where nothing moves, it shows the end. */
export function film(shown, { columns, rows }) {
  const total = shown.at(-1).at + STAY;
  const spans = Array.from({ length: rows }, (_, row) => spansOf(shown, row, total)).flat();
  const width = Math.ceil(columns * LETTER.width + 2 * MARGIN.side);
  const height = rows * LETTER.height + MARGIN.top + MARGIN.bottom;
  const percent = (at) => `${((at / total) * 100).toFixed(3)}%`;
  const keyframes = spans.map(({ from, to }, index) => {
    const before = from === 0 ? '' : `0%{opacity:0}${percent(from)}{opacity:0}`;
    const after = to >= total ? '100%{opacity:1}' : `${percent(to)}{opacity:0}100%{opacity:0}`;
    return `@keyframes k${index}{${before}${percent(from)}{opacity:1}${after}}#r${index}{animation-name:k${index}}`;
  });
  const texts = spans.map(({ row, runs, to }, index) => {
    const y = MARGIN.top + (row + 0.75) * LETTER.height;
    const still = to >= total ? '' : ' opacity="0"';
    return `<text id="r${index}" y="${y}"${still}>${runs.map(spanOf).join('')}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<style>
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#e6edf3;white-space:pre}
@media (prefers-reduced-motion:no-preference){text{animation:${(total / 1000).toFixed(2)}s step-end infinite}
${keyframes.join('\n')}
}
</style>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<circle cx="20" cy="20" r="6" fill="#ff5f57"/><circle cx="40" cy="20" r="6" fill="#febc2e"/><circle cx="60" cy="20" r="6" fill="#28c840"/>
${texts.join('\n')}
</svg>
`;
}

/** What one row showed, each with the time from and to which it did. */
function spansOf(shown, row, total) {
  const spans = [];
  let last;
  for (const { at, rows } of shown) {
    const runs = rows[row];
    const key = JSON.stringify(runs);
    if (last?.key === key) continue;
    if (last) last.to = at;
    last = { row, runs, key, from: at, to: total };
    if (runs.length > 0) spans.push(last);
  }
  return spans;
}

function spanOf({ text, column, color, bold, dim }) {
  const fill = color === undefined ? '' : ` fill="${color < 8 ? PALETTE[color] : (BRIGHT[color - 8] ?? '#e6edf3')}"`;
  const weight = bold ? ' font-weight="bold"' : '';
  const faint = dim ? ' opacity=".6"' : '';
  const x = (MARGIN.side + column * LETTER.width).toFixed(1);
  // The width is given, because fonts differ and columns must not.
  return `<tspan x="${x}" textLength="${(text.length * LETTER.width).toFixed(1)}" lengthAdjust="spacingAndGlyphs"${fill}${weight}${faint}>${escape(text)}</tspan>`;
}

function escape(text) {
  return text.replace(/[&<>]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[letter]);
}
