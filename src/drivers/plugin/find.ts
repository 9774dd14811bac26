import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

import { isErrno } from '../../files';

/** What the programs are called before the drivers' names. */
export const PROGRAM = 'docker-machine-driver-';
/** What a name may consist of that becomes part of a file's. */
const NAME = /^[a-z0-9][\w.-]*$/i;

/** The program of docker-machine's that is called after a driver; undefined: there is none on the PATH. It is not run. */
export function findPlugin(name: string, env: NodeJS.ProcessEnv): string | undefined {
  if (!NAME.test(name)) return undefined;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.map((folder) => join(folder, `${PROGRAM}${name}`)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP')) return false;
    throw error;
  }
}
