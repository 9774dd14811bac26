import {
  ErrorNumber,
  LibvirtError,
  NetworkUpdateCommand,
  NetworkUpdateFlags,
  NetworkUpdateSection,
  type Connection,
  type Network,
} from '../../../native/libvirt';
import { HvError } from '../../../errors';
import { chooseAddress } from '../../../net/addresses';
import { sameMac } from '../../../net/mac';
import type { Properties, Resource, Step } from '../../../resources/resource';
import { ifThere } from '../absent';
import { ADDRESS, reservedAddress } from '../address';
import { releaseAllOf } from '../leases';
import { describe } from '../networks';
import { reservationXml, type Reservation } from '../network-xml';
import type { NatNetwork } from '../plan';
import type { Scene } from '../scene';
import { ownDomain, stopNow } from './domain';

interface AddressProperties extends Properties {
  address: string;
  mac: string;
}

const ATTEMPTS = 32;

/**
 * The guest's address, known before it boots and the same for as long as it lives: a reservation for its MAC. The domain comes
 * before it, so that QEMU can start meanwhile; a guest that runs would take what is given back, so it is ended first.
 */
export class AddressResource implements Resource<AddressProperties> {
  readonly kind = 'address';
  readonly id = ADDRESS;
  readonly parents = ['network', 'domain'];
  readonly #scene: Scene;
  readonly #wanted: NatNetwork;

  constructor(scene: Scene, wanted: NatNetwork) {
    this.#scene = scene;
    this.#wanted = wanted;
  }

  async create(step: Step): Promise<AddressProperties> {
    const connection = await this.#scene.writer();
    const network = await connection.lookupNetworkByName(this.#wanted.name);
    const refused: string[] = [];
    for (let attempt = 1; ; attempt++) {
      step.signal.throwIfAborted();
      const present = await this.#reserved(network);
      if (present) return properties(present);
      const reservation = { ...this.#own(), address: await this.#choose(network, refused) };
      await step.note(properties(reservation));
      try {
        await change(network, NetworkUpdateCommand.ADD_LAST, reservation);
        return properties(reservation);
      } catch (error) {
        // Somebody else was first: with this address, or another process with this machine's.
        if (!isRefused(error) || attempt === ATTEMPTS) throw error;
        refused.push(reservation.address);
      }
    }
  }

  read(): Promise<AddressProperties | undefined> {
    return this.#scene.read(async (connection) => {
      const network = await this.#network(connection);
      const present = network && (await this.#reserved(network));
      return present && properties(present);
    });
  }

  async delete(step: Step): Promise<void> {
    const connection = await this.#scene.writer();
    const network = await this.#network(connection);
    if (!network) return;
    const domain = await ownDomain(connection, this.#scene);
    if (domain) await stopNow(domain);
    const present = await this.#reserved(network);
    if (present) await change(network, NetworkUpdateCommand.DELETE, present);
    await this.#release(network, step.signal);
  }

  /** Or the address would stay taken until its time is up. On another host it is asked for from afar: there it expires. */
  async #release(network: Network, signal: AbortSignal): Promise<void> {
    const { context, plan } = this.#scene;
    if (plan.target.kind === 'remote' || !(await network.isActive())) return;
    try {
      await releaseAllOf(network, { mac: plan.mac, reserved: reservedAddress(this.#scene) }, signal);
    } catch (error) {
      if (!HvError.is(error) || error.code !== 'ERR_LEASE_NOT_RELEASED') throw error;
      // The machine is gone all the same, and so is the lease in some minutes.
      context.warn(error.message);
    }
  }

  #network(connection: Connection): Promise<Network | undefined> {
    return ifThere(connection.lookupNetworkByName(this.#wanted.name));
  }

  async #reserved(network: Network): Promise<Reservation | undefined> {
    const { reservations } = await describe(network);
    return reservations.find(({ mac }) => mac !== '' && sameMac(mac, this.#scene.plan.mac));
  }

  async #choose(network: Network, refused: readonly string[]): Promise<string> {
    const { reservations, range, gateway } = await describe(network);
    if (!range) {
      throw new HvError({
        code: 'ERR_KVM_NETWORK',
        message: `The network ${network.name} gives no addresses: somebody changed it`,
        hint: `virsh net-edit ${network.name}`,
      });
    }
    const leases = await network.dhcpLeases();
    const { uuid } = this.#scene.machine;
    return chooseAddress({
      network: network.name,
      range,
      uuid,
      reserved: reservations.map(({ address }) => address),
      leased: leases.filter(({ mac }) => mac === null || !sameMac(mac, this.#own().mac)).map(({ address }) => address),
      others: [...refused, ...(gateway === undefined ? [] : [gateway])],
    });
  }

  #own(): Omit<Reservation, 'address'> {
    return { mac: this.#scene.plan.mac, name: this.#scene.machine.name };
  }
}

function properties({ address, mac }: Reservation): AddressProperties {
  return { address, mac };
}

/** In the running network and in its definition. */
async function change(network: Network, command: NetworkUpdateCommand, reservation: Reservation): Promise<void> {
  const live = (await network.isActive()) ? NetworkUpdateFlags.AFFECT_LIVE : 0;
  await network.update(command, NetworkUpdateSection.IP_DHCP_HOST, reservationXml(reservation), {
    flags: live | NetworkUpdateFlags.AFFECT_CONFIG,
  });
}

function isRefused(error: unknown): boolean {
  return LibvirtError.is(error) && error.number === ErrorNumber.OPERATION_INVALID;
}
