// node sanitizer-reports.mjs REPORTS SYMBOLIZER ADDONS: prints what sanitizers reported, and fails if they did. Of leaks,
// only those of memory that one of the addons, or a library that it called, asked for and nothing points to any more.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

const [reports, symbolizer, addons] = process.argv.slice(2);

/** What LeakSanitizer says of a process that the system lets nobody look into, itself neither: one that became another user's. */
const BLIND = /^==\d+==(?:LeakSanitizer has encountered a fatal error\.|HINT: .*)$/gm;

const findings = readdirSync(reports).flatMap((name) => {
  const file = join(reports, name);
  const report = readFileSync(file, 'utf8');
  return findingsIn(statSync(file).uid === process.getuid() ? report : report.replace(BLIND, ''));
});
for (const finding of findings) console.error(withNames(finding));
if (findings.length > 0) {
  console.error(`The sanitizer reported ${findings.length} times.`);
  process.exitCode = 1;
}

function findingsIn(report) {
  const [errors, leaks = ''] = report.split(/^=+\n==\d+==ERROR: LeakSanitizer: .*$/m);
  return [
    ...(errors.trim() === '' ? [] : [errors]),
    // Bytes that lie behind other leaked bytes are those others' fault.
    ...leaks.split('\n\n').filter((part) => part.trimStart().startsWith('Direct leak') && isOurs(part)),
  ];
}

/** Whether the memory was asked for below a call that Node made to an addon, and not by Node itself on its behalf. */
function isOurs(leak) {
  const modules = [...leak.matchAll(/\((\/[^)]*)\+0x[0-9a-f]+\)/g)].map(([, module]) => module);
  const first = modules.find((module) => module === process.execPath || module.startsWith(addons + sep));
  return first !== undefined && first !== process.execPath;
}

/** With function, file and line in place of addresses, and without what the standard library and Node do in between. */
function withNames(finding) {
  const frame = /^( +#\d+ 0x[0-9a-f]+) +\((\/[^)]*)\+(0x[0-9a-f]+)\).*\n?/gm;
  return finding.replace(frame, (_line, start, module, offset) => {
    if (module === process.execPath) return '';
    const found = spawnSync(symbolizer, ['--obj', module, '--inlines', '--pretty-print', offset], { encoding: 'utf8' });
    const names = (found.stdout ?? '')
      .split('\n')
      .filter((name) => name.trim() !== '' && !name.includes('/include/c++/'));
    return names.length === 0 ? '' : `${start} ${names.join('\n').trim()}\n`;
  });
}
