/** Loaded late: it takes as long as all the rest of a command that needs no ssh. @internal */
export function ssh2(): typeof import('ssh2') {
  return require('ssh2') as typeof import('ssh2');
}
