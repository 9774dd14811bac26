import { HvError } from '../errors';
import { LONGEST_HOST_NAME } from '../net/host-name';

/** docker-machine's rule, and its words. */
export function checkName(name: string): void {
  const { machineName } = require('../drivers/spec') as typeof import('../drivers/spec');
  const parsed = machineName.safeParse(name);
  if (parsed.success) return;
  const isLong = typeof name === 'string' && name.length > LONGEST_HOST_NAME;
  throw new HvError({
    code: 'ERR_INVALID_NAME',
    message: isLong
      ? `Error creating machine: the name "${name.slice(0, LONGEST_HOST_NAME)}..." is longer than ${LONGEST_HOST_NAME} characters`
      : 'Error creating machine: Invalid hostname specified. Allowed hostname chars are: 0-9a-zA-Z . -',
    hint: `hvkit create ${similarTo(name)}`,
  });
}

/** What could be meant: the first of several that is wrong is seen by it. */
function similarTo(name: unknown): string {
  const plain = typeof name === 'string' ? name.normalize('NFD').replaceAll(/\p{M}/gu, '') : '';
  const similar = plain.replaceAll(/[^a-zA-Z0-9.]+/g, '-').replace(/^[-.]+/, '');
  return similar.slice(0, LONGEST_HOST_NAME).replace(/[-.]+$/, '') || 'dev';
}
