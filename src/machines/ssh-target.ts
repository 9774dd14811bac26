import type { Address, Driver, DriverMachine } from '../drivers/driver';
import { HvError } from '../errors';
import type { SshTarget } from '../ssh/target';
import { HOST_KEY, KEY, keyOf } from './keys';

/** How a machine is logged in to: its driver may know better than its address, its image and its keys tell. */
export async function sshTarget(driver: Driver, machine: DriverMachine, address: Address): Promise<SshTarget> {
  const { image, plan } = machine;
  if (driver.ssh) {
    const target = await driver.ssh(machine);
    if (target) return target;
    throw cannotLogIn(machine, driver);
  }
  if (!image || image.init === 'none') throw cannotLogIn(machine, driver);
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

/** Of one that nobody can be logged in to it is enough that it runs. */
export async function canLogIn(driver: Driver, machine: DriverMachine): Promise<boolean> {
  if (driver.ssh) return (await driver.ssh(machine)) !== undefined;
  return machine.image !== undefined && machine.image.init !== 'none';
}

function cannotLogIn({ name, image }: DriverMachine, { url }: Pick<Driver, 'url'>): HvError {
  const hint = image ? `hvkit console ${name}` : url && `hvkit env ${name} points a docker client at it.`;
  return new HvError({
    code: 'ERR_NO_SSH',
    message: `hvkit cannot log in to the machine "${name}": ${image ? `its image, ${image.name}, takes no keys` : 'its driver knows no way in'}`,
    ...(hint !== undefined && { hint }),
  });
}
