import { setTimeout as delay } from 'node:timers/promises';

import type { Address, AddressWatch, Driver, DriverMachine } from '../drivers/driver';

/** A driver that knows what tells of an address is told at once; of another, or where that is late, the address is asked for. */
const ASK = { first: 100, growth: 1.5, longest: 1000 };
/** How often it is looked whether the address is another one by now. */
const MAY_CHANGE = 2000;

/** Where nobody tells. */
const CLOCK: AddressWatch = {
  changed: (waitMs, signal) => delay(waitMs, undefined, { signal }),
  [Symbol.dispose]: () => undefined,
};

/** The address, as soon as there is one. `onNone`: there was none yet. */
export async function addressOf(
  driver: Driver,
  machine: () => DriverMachine,
  { onNone, signal }: { onNone: () => void; signal: AbortSignal },
): Promise<Address> {
  // Before the first look, so that nothing can come between.
  using watch = watchOf(driver, machine());
  for (let pause = ASK.first; ; pause = Math.min(pause * ASK.growth, ASK.longest)) {
    const address = await driver.address(machine());
    if (address) return address;
    onNone();
    await watch.changed(pause, signal);
  }
}

/** The address is another one than was known. */
export async function otherAddress(
  driver: Driver,
  machine: () => DriverMachine,
  known: Address,
  signal: AbortSignal,
): Promise<Address> {
  using watch = watchOf(driver, machine());
  for (;;) {
    await watch.changed(MAY_CHANGE, signal);
    const address = await driver.address(machine());
    if (address && (address.host !== known.host || address.sshPort !== known.sshPort)) return address;
  }
}

function watchOf(driver: Driver, machine: DriverMachine): AddressWatch {
  return driver.watchAddress?.(machine) ?? CLOCK;
}
