import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

import { HvError } from '../errors';
import { isErrno } from '../files';

/** The languages that the environment can be told in. `sh` is bash, zsh, dash and their like. */
export type Shell = 'sh' | 'fish' | 'powershell' | 'cmd' | 'tcsh' | 'emacs';

const NAMES = new Map<string, Shell>([
  ...['sh', 'bash', 'zsh', 'dash', 'ash', 'ksh', 'mksh', 'busybox'].map((name) => [name, 'sh'] as const),
  ['fish', 'fish'],
  ...['powershell', 'pwsh'].map((name) => [name, 'powershell'] as const),
  ['cmd', 'cmd'],
  ...['tcsh', 'csh'].map((name) => [name, 'tcsh'] as const),
  ['emacs', 'emacs'],
]);

/** Which other programs start to run one command in: that tells nothing of where its output goes. */
const GO_BETWEENS = new Set(['sh', 'dash', 'ash', 'busybox']);

/** `--shell NAME`. */
export function shellNamed(name: string): Shell {
  const shell = NAMES.get(plain(name));
  if (shell !== undefined) return shell;
  throw new HvError({
    code: 'ERR_SHELL',
    message: `No shell called "${name}" is known here`,
    hint: 'One of bash, zsh, sh, fish, tcsh, powershell, cmd, emacs',
  });
}

export interface ShellSigns {
  /** `$SHELL`, the login shell. */
  login?: string | undefined;
  /** The program that started this one. */
  parent?: string | undefined;
  platform?: NodeJS.Platform;
}

/**
 * The shell that reads what is printed. `$SHELL` names the one of the login, as docker-machine has it; but whoever started
 * another one in it is asking from that one.
 */
export function detectShell({ login, parent, platform = process.platform }: ShellSigns): Shell {
  const asking = parent === undefined ? undefined : plain(parent);
  const from = asking === undefined || GO_BETWEENS.has(asking) ? undefined : NAMES.get(asking);
  const byLogin = login === undefined ? undefined : NAMES.get(plain(login));
  return from ?? byLogin ?? (platform === 'win32' ? 'cmd' : 'sh');
}

/** The name of the program that started this one, where the system tells it without another program. */
export function parentProgram(): string | undefined {
  try {
    return readFileSync(`/proc/${process.ppid}/comm`, 'utf8').trim();
  } catch (error) {
    // There is no such file but on Linux, and the parent may be gone.
    if (isErrno(error, 'ENOENT', 'ESRCH', 'EACCES')) return undefined;
    throw error;
  }
}

/** `-zsh` is a login shell, `C:\...\powershell.exe` has another system's path. */
function plain(name: string): string {
  return basename(name.replaceAll('\\', '/'))
    .replace(/^-/, '')
    .replace(/\.exe$/i, '')
    .toLowerCase();
}
