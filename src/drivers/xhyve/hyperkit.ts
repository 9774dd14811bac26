import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

import { HvError } from '../../errors';
import { hypervisorFailure } from '../../native/hyperkit';
import { formatMac, parseMac } from '../../net/mac';
import type { DriverContext } from '../driver';
import { macArguments } from './arguments';
import type { XhyveHost } from './host';

const MAC_DEADLINE_MS = 10_000;

/** The program; undefined if it is nowhere. */
export function findHyperkit({ hyperkit }: XhyveHost, { env }: Pick<DriverContext, 'env'>): string | undefined {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return [...folders.map((folder) => join(folder, 'hyperkit')), ...hyperkit].find(isProgram);
}

export function requireHyperkit(given: string | undefined, host: XhyveHost, context: DriverContext): string {
  const found = given ?? findHyperkit(host, context);
  if (found !== undefined && isProgram(found)) return found;
  throw new HvError({
    code: 'ERR_XHYVE_HYPERKIT',
    message: found === undefined ? 'hyperkit is not installed' : `There is no program ${found}`,
    hint: 'https://github.com/moby/hyperkit has it; --xhyve-hyperkit names it where it is not found.',
  });
}

/** What vmnet will give to a machine with this UUID: it is known before the machine boots. Needs root. */
export async function macOf(uuid: string, program: string, kernel: string): Promise<string> {
  const { said, code, signal } = await run(program, macArguments(uuid, kernel));
  const [, mac] = /^MAC: ([0-9a-f:]+)$/m.exec(said) ?? [];
  if (mac === undefined) throw hypervisorFailure(program, { code, signal }, said);
  return formatMac(parseMac(mac));
}

function run(
  program: string,
  args: string[],
): Promise<{ said: string; code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: MAC_DEADLINE_MS, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : null;
      resolve({ said: `${stdout}${stderr}`, code: error ? code : 0, signal: error?.signal ?? null });
    });
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Whatever the reason is, such as a folder that one may not look into: no.
    return false;
  }
}
