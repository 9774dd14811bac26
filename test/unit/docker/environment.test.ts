import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { clientConfig } from '../../../src/docker/client-config';
import {
  environmentText,
  resetText,
  withoutProxy,
  withProxy,
  type DockerClient,
} from '../../../src/docker/environment';
import { detectShell, parentProgram, shellNamed, type Shell } from '../../../src/docker/shells';
import { Folder } from '../../support/folder';

const CLIENT: DockerClient = { name: 'dev', url: 'tcp://192.0.2.7:2376', certPath: '/home/ann/.hvkit/machines/dev' };
const COMMAND = ['hvkit', 'env', 'dev'];

const SET: Record<Shell, string> = {
  sh: `export DOCKER_TLS_VERIFY="1"
export DOCKER_HOST="tcp://192.0.2.7:2376"
export DOCKER_CERT_PATH="/home/ann/.hvkit/machines/dev"
export DOCKER_MACHINE_NAME="dev"
# Run this command to configure your shell:
# eval "$(hvkit env dev)"
`,
  fish: `set -gx DOCKER_TLS_VERIFY "1";
set -gx DOCKER_HOST "tcp://192.0.2.7:2376";
set -gx DOCKER_CERT_PATH "/home/ann/.hvkit/machines/dev";
set -gx DOCKER_MACHINE_NAME "dev";
# Run this command to configure your shell:
# eval (hvkit env dev)
`,
  tcsh: `setenv DOCKER_TLS_VERIFY "1";
setenv DOCKER_HOST "tcp://192.0.2.7:2376";
setenv DOCKER_CERT_PATH "/home/ann/.hvkit/machines/dev";
setenv DOCKER_MACHINE_NAME "dev";
: 'Run this command to configure your shell:';
: 'eval "\`hvkit env dev\`"';
`,
  powershell: `$Env:DOCKER_TLS_VERIFY = "1"
$Env:DOCKER_HOST = "tcp://192.0.2.7:2376"
$Env:DOCKER_CERT_PATH = "/home/ann/.hvkit/machines/dev"
$Env:DOCKER_MACHINE_NAME = "dev"
# Run this command to configure your shell:
# & hvkit env dev | Invoke-Expression
`,
  cmd: `SET DOCKER_TLS_VERIFY=1
SET DOCKER_HOST=tcp://192.0.2.7:2376
SET DOCKER_CERT_PATH=/home/ann/.hvkit/machines/dev
SET DOCKER_MACHINE_NAME=dev
REM Run this command to configure your shell:
REM @FOR /f "tokens=*" %i IN ('hvkit env dev') DO @%i
`,
  emacs: `(setenv "DOCKER_TLS_VERIFY" "1")
(setenv "DOCKER_HOST" "tcp://192.0.2.7:2376")
(setenv "DOCKER_CERT_PATH" "/home/ann/.hvkit/machines/dev")
(setenv "DOCKER_MACHINE_NAME" "dev")
;; Run this command to configure your shell:
;; (with-temp-buffer (shell-command "hvkit env dev" (current-buffer)) (eval-buffer))
`,
};

const UNSET: Record<Shell, string> = {
  sh: `unset DOCKER_TLS_VERIFY
unset DOCKER_HOST
unset DOCKER_CERT_PATH
unset DOCKER_MACHINE_NAME
# Run this command to configure your shell:
# eval "$(hvkit env -u)"
`,
  fish: `set -e DOCKER_TLS_VERIFY;
set -e DOCKER_HOST;
set -e DOCKER_CERT_PATH;
set -e DOCKER_MACHINE_NAME;
# Run this command to configure your shell:
# eval (hvkit env -u)
`,
  tcsh: `unsetenv DOCKER_TLS_VERIFY;
unsetenv DOCKER_HOST;
unsetenv DOCKER_CERT_PATH;
unsetenv DOCKER_MACHINE_NAME;
: 'Run this command to configure your shell:';
: 'eval "\`hvkit env -u\`"';
`,
  powershell: String.raw`Remove-Item Env:\DOCKER_TLS_VERIFY -ErrorAction SilentlyContinue
Remove-Item Env:\DOCKER_HOST -ErrorAction SilentlyContinue
Remove-Item Env:\DOCKER_CERT_PATH -ErrorAction SilentlyContinue
Remove-Item Env:\DOCKER_MACHINE_NAME -ErrorAction SilentlyContinue
# Run this command to configure your shell:
# & hvkit env -u | Invoke-Expression
`,
  cmd: `SET DOCKER_TLS_VERIFY=
SET DOCKER_HOST=
SET DOCKER_CERT_PATH=
SET DOCKER_MACHINE_NAME=
REM Run this command to configure your shell:
REM @FOR /f "tokens=*" %i IN ('hvkit env -u') DO @%i
`,
  emacs: `(setenv "DOCKER_TLS_VERIFY" nil)
(setenv "DOCKER_HOST" nil)
(setenv "DOCKER_CERT_PATH" nil)
(setenv "DOCKER_MACHINE_NAME" nil)
;; Run this command to configure your shell:
;; (with-temp-buffer (shell-command "hvkit env -u" (current-buffer)) (eval-buffer))
`,
};

const SHELLS = Object.keys(SET) as Shell[];

test.each(SHELLS)('%s: what is set', (shell) => {
  expect(environmentText(CLIENT, { shell, command: COMMAND })).toBe(SET[shell]);
});

test.each(SHELLS)('%s: what is taken back', (shell) => {
  expect(resetText({ shell, command: ['hvkit', 'env', '-u'] })).toBe(UNSET[shell]);
});

/** The shells that Debian has; how each evaluates what a command prints, in its user's words. */
const REAL: readonly [program: string, shell: Shell, evaluate: string][] = [
  ['bash', 'sh', 'eval "$(./env)"'],
  ['bash', 'sh', 'eval $(./env)'],
  ['zsh', 'sh', 'eval "$(./env)"'],
  ['zsh', 'sh', 'eval $(./env)'],
  ['dash', 'sh', 'eval "$(./env)"'],
  ['fish', 'fish', 'eval (./env)'],
  ['fish', 'fish', './env | source'],
  ['tcsh', 'tcsh', 'eval "`./env`"'],
  ['tcsh', 'tcsh', 'eval `./env`'],
];

const ASKED = ['DOCKER_TLS_VERIFY', 'DOCKER_HOST', 'DOCKER_CERT_PATH', 'DOCKER_MACHINE_NAME', 'NO_PROXY'];

/** What a program of that shell finds in its environment afterwards. */
function evaluated(program: string, evaluate: string, printed: string, before: Record<string, string> = {}) {
  using folder = new Folder();
  const file = join(folder.path, 'env');
  writeFileSync(join(folder.path, 'text'), printed);
  writeFileSync(file, '#!/bin/sh\ncat text\n');
  chmodSync(file, 0o755);
  // Without a file of the user's own.
  const options = { bash: ['--norc'], zsh: ['-f'], fish: ['--no-config'], tcsh: ['-f'] }[program] ?? [];
  const found = execFileSync(program, [...options, '-c', `${evaluate}; env -0`], {
    cwd: folder.path,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder.path, ...before },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pairs = found.split('\0').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  const all = Object.fromEntries(pairs) as Record<string, string>;
  return Object.fromEntries(ASKED.filter((name) => name in all).map((name) => [name, all[name]]));
}

test.each(REAL)('%s takes %s by %s, and lets go of it', (program, shell, evaluate) => {
  const set = environmentText(CLIENT, {
    shell,
    command: COMMAND,
    noProxy: withoutProxy({ NO_PROXY: 'localhost,.example' }, '192.0.2.7'),
  });
  const all = evaluated(program, evaluate, set, { DOCKER_HOST: 'tcp://198.51.100.1:2376' });
  expect(all).toEqual({
    DOCKER_TLS_VERIFY: '1',
    DOCKER_HOST: 'tcp://192.0.2.7:2376',
    DOCKER_CERT_PATH: '/home/ann/.hvkit/machines/dev',
    DOCKER_MACHINE_NAME: 'dev',
    NO_PROXY: 'localhost,.example,192.0.2.7',
  });
  const noProxy = withProxy({ NO_PROXY: all['NO_PROXY'] }, '192.0.2.7');
  const reset = resetText({ shell, command: COMMAND, noProxy });
  expect(evaluated(program, evaluate, reset, all as Record<string, string>)).toEqual({
    NO_PROXY: 'localhost,.example',
  });
  // What was never set is no error.
  expect(evaluated(program, evaluate, resetText({ shell, command: COMMAND }))).toEqual({});
});

const HARD = [
  `/home/ann o'hara/a "b" $HOME \${x} \`id\` $(id) \\ ; & | < > # ! % * ? [a] {b,c} ~ ^ é`,
  '$',
  '!',
  '\\',
  `'`,
  '"',
];

test.each(REAL.filter(([, , evaluate]) => !/eval [$`]/.test(evaluate)))(
  '%s takes every letter of %s by %s',
  (program, shell, evaluate) => {
    for (const certPath of HARD) {
      const printed = environmentText(
        { ...CLIENT, certPath },
        { shell, command: [`it's`, 'a "$(command)"', '`id`', '!'] },
      );
      expect(evaluated(program, evaluate, printed)).toMatchObject({
        DOCKER_CERT_PATH: certPath,
        DOCKER_MACHINE_NAME: 'dev',
      });
    }
  },
);

test.each(REAL)('%s forgets %s of a machine with TLS where there is none, by %s', (program, shell, evaluate) => {
  const printed = environmentText({ name: 'plain', url: 'tcp://192.0.2.8:2375' }, { shell, command: COMMAND });
  const before = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/somewhere' };
  expect(evaluated(program, evaluate, printed, before)).toEqual({
    DOCKER_HOST: 'tcp://192.0.2.8:2375',
    DOCKER_MACHINE_NAME: 'plain',
  });
});

test('the shells that are not to be had here get what is special to them escaped', () => {
  const certPath = `C:\\a "b" $c \`d\` %e% & \u201cf\u201d`;
  const lineOf = (shell: Shell) =>
    environmentText({ ...CLIENT, certPath }, { shell, command: COMMAND })
      .split('\n')
      .find((line) => line.includes('CERT_PATH'));
  expect(lineOf('powershell')).toBe('$Env:DOCKER_CERT_PATH = "C:\\a `"b`" `$c ``d`` %e% & `\u201cf`\u201d"');
  expect(lineOf('cmd')).toBe(`SET "DOCKER_CERT_PATH=${certPath}"`);
  expect(lineOf('emacs')).toBe(`(setenv "DOCKER_CERT_PATH" "C:\\\\a \\"b\\" $c \`d\` %e% & \u201cf\u201d")`);
});

test('no value has a line of its own', () => {
  expect(() => environmentText({ ...CLIENT, certPath: '/a\nb' }, { shell: 'sh', command: COMMAND })).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as Error,
  );
});

test('the last line is what was typed', () => {
  const last = (shell: Shell, command: string[]) =>
    environmentText(CLIENT, { shell, command }).trimEnd().split('\n').at(-1);
  expect(last('sh', ['hvkit', 'env', '--shell', 'bash', 'dev'])).toBe('# eval "$(hvkit env --shell bash dev)"');
  expect(last('sh', ['/opt/my tools/hvkit', 'env', 'dev'])).toBe(`# eval "$('/opt/my tools/hvkit' env dev)"`);
  expect(last('powershell', ['C:\\my tools\\hvkit', 'env', 'dev'])).toBe(
    `# & 'C:\\my tools\\hvkit' env dev | Invoke-Expression`,
  );
  expect(last('cmd', ['C:\\my tools\\hvkit', 'env', 'dev'])).toBe(
    `REM @FOR /f "tokens=*" %i IN ('"C:\\my tools\\hvkit" env dev') DO @%i`,
  );
});

test('the address is added to the list of no proxies once, and what is there stays', () => {
  const address = '192.0.2.7';
  expect(withoutProxy({}, address)).toEqual({ name: 'NO_PROXY', value: address });
  expect(withoutProxy({ NO_PROXY: 'localhost, .example' }, address)).toEqual({
    name: 'NO_PROXY',
    value: `localhost,.example,${address}`,
  });
  expect(withoutProxy({ no_proxy: `${address},x`, NO_PROXY: 'y' }, address)).toEqual({
    name: 'no_proxy',
    value: `${address},x`,
  });
  // The beginning of another one.
  expect(withoutProxy({ NO_PROXY: '192.0.2.70' }, address)).toEqual({
    name: 'NO_PROXY',
    value: `192.0.2.70,${address}`,
  });
  expect(withProxy({ NO_PROXY: `x,${address}` }, address)).toEqual({ name: 'NO_PROXY', value: 'x' });
  expect(withProxy({ NO_PROXY: 'x' }, address)).toBeUndefined();
});

test('shells are known by their names', () => {
  expect(
    ['bash', 'zsh', 'sh', 'FISH', 'pwsh', 'powershell.exe', 'cmd', 'csh', 'tcsh', 'emacs'].map(shellNamed),
  ).toEqual(['sh', 'sh', 'sh', 'fish', 'powershell', 'powershell', 'cmd', 'tcsh', 'tcsh', 'emacs']);
  expect(() => shellNamed('bsh')).toThrow(expect.objectContaining({ code: 'ERR_SHELL' }) as Error);
});

test.each([
  ['/bin/bash', undefined, 'sh'],
  ['/usr/bin/fish', undefined, 'fish'],
  ['/bin/bash', 'fish', 'fish'],
  ['/usr/bin/fish', 'bash', 'sh'],
  // npx and make run their commands by it.
  ['/usr/bin/fish', 'sh', 'fish'],
  ['/usr/bin/fish', 'node', 'fish'],
  ['/bin/bash', '-tcsh', 'tcsh'],
  ['/usr/sbin/nologin', 'make', 'sh'],
  [undefined, undefined, 'sh'],
] as const)('of the login shell %s and the parent %s, %s is spoken to', (login, parent, shell) => {
  expect(detectShell({ login, parent, platform: 'linux' })).toBe(shell);
});

test('the parent is the program that started this one', () => {
  expect(parentProgram()).toMatch(/./);
});

test('config: options for the docker client', () => {
  expect(clientConfig(CLIENT)).toBe(`--tlsverify
--tlscacert="/home/ann/.hvkit/machines/dev/ca.pem"
--tlscert="/home/ann/.hvkit/machines/dev/cert.pem"
--tlskey="/home/ann/.hvkit/machines/dev/key.pem"
-H=tcp://192.0.2.7:2376
`);
  expect(clientConfig({ url: 'tcp://192.0.2.8:2375' })).toBe('-H=tcp://192.0.2.8:2375\n');
});
