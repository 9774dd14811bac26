import type { Driver, Lease } from '../drivers/driver';
import { HvError } from '../errors';
import type { Leases } from './leases';
import { survey } from './survey';
import type { Workplace } from './workplace';

interface Held {
  driver: Driver;
  lease: Lease;
}

/** The leases of all drivers that give any. */
export class HomeLeases implements Leases {
  readonly #place: Workplace;

  constructor(place: Workplace) {
    this.#place = place;
  }

  async list(): Promise<Lease[]> {
    return (await this.#all()).map(({ lease }) => lease);
  }

  async release(address: string): Promise<void> {
    const all = await this.#all();
    const held = all.filter(({ lease }) => lease.address === address);
    if (held.length === 0) {
      throw new HvError({
        code: 'ERR_NO_LEASE',
        message: `The networks of this home have no lease of ${address}`,
        hint: 'hvkit leases ls shows those that there are',
      });
    }
    for (const each of held) await release(each);
  }

  async prune({ dryRun = false }: { dryRun?: boolean } = {}): Promise<Lease[]> {
    const {
      unreadable: [unreadable],
    } = await survey(this.#place.store);
    // Its lease would look like nobody's.
    if (unreadable) throw unreadable.error;
    const stale = (await this.#all()).filter(({ lease }) => lease.machine === undefined);
    if (!dryRun) for (const each of stale) await release(each);
    return stale.map(({ lease }) => lease);
  }

  async #all(): Promise<Held[]> {
    const { drivers } = this.#place;
    const definitions = drivers.registry.all().filter(({ capabilities }) => capabilities.leases);
    const found = await Promise.all(
      definitions.map(async (definition) => {
        const { driver } = await drivers.engage(definition);
        return ((await driver.leases?.()) ?? []).map((lease) => ({ driver, lease }));
      }),
    );
    return found.flat();
  }
}

async function release({ driver, lease }: Held): Promise<void> {
  if (driver.release === undefined) {
    throw new HvError({
      code: 'ERR_UNSUPPORTED',
      message: `The driver of the network ${lease.network} cannot release a lease`,
    });
  }
  await driver.release(lease);
}
