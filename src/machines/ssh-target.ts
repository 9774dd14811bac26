import type { Address, DriverMachine } from '../drivers/driver';
import { HvError } from '../errors';
import type { SshTarget } from '../ssh/target';
import { HOST_KEY, KEY, keyOf } from './keys';

/** How a machine is logged in to. */
export function sshTarget(machine: DriverMachine, address: Address): SshTarget {
  const { name, image, plan } = machine;
  if (image.init === 'none') {
    throw new HvError({
      code: 'ERR_NO_SSH',
      message: `hvkit cannot log in to the machine "${name}": its image, ${image.name}, takes no keys`,
      hint: `hvkit console ${name}`,
    });
  }
  // A driver's plan may name another user than the image does.
  const { user } = plan;
  return {
    host: address.host,
    port: address.sshPort,
    user: typeof user === 'string' ? user : image.user,
    identityFile: keyOf(machine, KEY).file,
    hostKey: keyOf(machine, HOST_KEY).publicKey,
  };
}
