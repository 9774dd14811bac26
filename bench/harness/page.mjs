import { table } from './format.mjs';

/** The report of a suite as Markdown: `{title, introduction, aims, processes, sections: [{heading, text, tables}]}`. */
export function page({ command, facts, bench, report }) {
  const parts = [
    `# ${report.title}`,
    `<!-- Written by \`${command}\`: change bench/, not this page. -->`,
    report.introduction,
    aims(report.aims),
    '## The machine',
    table(['', ''], Object.entries(facts)),
    `Measured by \`${command}\`: ${bench.rounds} rounds, in each of which every contender ran once` +
      // A whole process takes the time that it takes.
      `${report.processes ? '' : `, for about ${bench.sampleMs} ms`}; each round began with another one. Ratios are formed round by round. ` +
      'All numbers are medians; where two more stand in brackets they are the 10th and the 90th percentile.',
    ...report.sections.flatMap(section),
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

function aims(list) {
  if (list.length === 0) return '';
  const rows = list.map(({ aim, measured, met }) => [aim, measured, met ? 'met' : '**missed**']);
  return `## Aims\n\n${table(['Aim', 'Measured', ''], rows)}`;
}

function section({ heading, text, tables }) {
  return [
    `## ${heading}`,
    text,
    ...tables.flatMap(({ caption, header, rows }) => [caption && `### ${caption}`, table(header, rows)]),
  ];
}
