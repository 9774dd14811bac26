import type { Shell } from './shells';

/** How a shell says it. No value has a line's end in it. */
export interface Dialect {
  set(name: string, value: string): string;
  unset(name: string): string;
  /** What ends a statement behind which another kind of statement comes, where lines alone do not. */
  stop: string;
  /** Two lines that the shell passes over, and a person reads. */
  hint(command: readonly string[]): readonly string[];
}

const HINT = 'Run this command to configure your shell:';

const sh: Dialect = {
  set: (name, value) => `export ${name}="${value.replaceAll(/["\\`$]/g, (letter) => `\\${letter}`)}"`,
  unset: (name) => `unset ${name}`,
  // Whoever leaves out the quotes of eval "$(...)" has all of it on one line.
  stop: ';',
  hint: (command) => [`# ${HINT}`, `# eval "$(${command.map(posixWord).join(' ')})"`],
};

const fish: Dialect = {
  set: (name, value) => `set -gx ${name} "${value.replaceAll(/["\\$]/g, (letter) => `\\${letter}`)}";`,
  unset: (name) => `set -e ${name};`,
  stop: '',
  hint: (command) => [`# ${HINT}`, `# eval (${command.map(posixWord).join(' ')})`],
};

const tcsh: Dialect = {
  set: (name, value) => `setenv ${name} ${tcshWord(value)};`,
  unset: (name) => `unsetenv ${name};`,
  stop: '',
  // All of it comes to one line, where # would be no comment. `:` does nothing, with quotes around what it is given.
  hint: (command) => [`: '${HINT}';`, `: ${tcshQuoted(`eval "\`${command.map(posixWord).join(' ')}\`"`)};`],
};

const powershell: Dialect = {
  // PowerShell takes typographic quotes for quotes too.
  set: (name, value) => `$Env:${name} = "${value.replaceAll(/["`$\u201c\u201d\u201e]/g, (letter) => `\`${letter}`)}"`,
  unset: (name) => `Remove-Item Env:\\${name} -ErrorAction SilentlyContinue`,
  stop: '',
  hint: (command) => [`# ${HINT}`, `# & ${command.map(powershellWord).join(' ')} | Invoke-Expression`],
};

const cmd: Dialect = {
  set: (name, value) => (/[&|<>^()!, ;="]/.test(value) ? `SET "${name}=${value}"` : `SET ${name}=${value}`),
  unset: (name) => `SET ${name}=`,
  stop: '',
  hint: (command) => [`REM ${HINT}`, `REM @FOR /f "tokens=*" %i IN ('${command.map(cmdWord).join(' ')}') DO @%i`],
};

const emacs: Dialect = {
  set: (name, value) => `(setenv "${name}" ${lispText(value)})`,
  unset: (name) => `(setenv "${name}" nil)`,
  stop: '',
  hint: (command) => [
    `;; ${HINT}`,
    `;; (with-temp-buffer (shell-command ${lispText(command.map(posixWord).join(' '))} (current-buffer)) (eval-buffer))`,
  ],
};

export const DIALECTS: Readonly<Record<Shell, Dialect>> = { sh, fish, tcsh, powershell, cmd, emacs };

const PLAIN = /^[\w@%+=:,./-]+$/;

function posixWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function powershellWord(word: string): string {
  return PLAIN.test(word) && !word.startsWith('@')
    ? word
    : `'${word.replaceAll(/['\u2018-\u201b]/g, (letter) => letter + letter)}'`;
}

function cmdWord(word: string): string {
  return /^[\w@+:./\\=-]+$/.test(word) ? word : `"${word}"`;
}

/** In double quotes it would still read `$`, a backquote and `!`, and a backslash does not hide them. */
function tcshWord(value: string): string {
  return /["'`$!\\]/.test(value) ? tcshQuoted(value) : `"${value}"`;
}

function tcshQuoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''").replaceAll('!', '\\!')}'`;
}

function lispText(text: string): string {
  return `"${text.replaceAll(/["\\]/g, (letter) => `\\${letter}`)}"`;
}
