import { LibvirtError, type Connection, type Network } from '../../../native/libvirt';
import { HvError } from '../../../errors';
import { formatSubnet, type Subnet } from '../../../net/ipv4';
import { checkFree, parseSubnet, subnetCandidates } from '../../../net/subnet';
import type { Properties, Step } from '../../../resources/resource';
import { SharedResource } from '../../../resources/shared';
import { ifThere } from '../absent';
import { readMark } from '../mark';
import { bridgeName } from '../names';
import { ATTEMPTS, explained, startKnownNetwork, subnetTaker } from '../network-start';
import { describe, domainsIn, takenSubnets } from '../networks';
import { networkXml } from '../network-xml';
import type { NatNetwork } from '../plan';
import type { Scene } from '../scene';
import { oneAtATime, recordedHolders } from '../shared';
import { daemonOf } from '../target';
import { parseXml } from '../xml';

interface NetworkProperties extends Properties {
  name: string;
  subnet: string;
  active: boolean;
}

/** libvirt's words for "somebody else has that": an address, an interface, a bridge. */
const IN_USE = /in use|already|overlap|conflict|file exists/i;

/** The network that this home's machines have in common: behind the host's address, with reserved addresses. */
export class NetworkResource extends SharedResource<NetworkProperties> {
  readonly kind = 'network';
  readonly id = 'network';
  readonly parents = [];
  readonly #scene: Scene;
  readonly #wanted: NatNetwork;

  constructor(scene: Scene, wanted: NatNetwork) {
    super();
    this.#scene = scene;
    this.#wanted = wanted;
  }

  read(): Promise<NetworkProperties | undefined> {
    return this.#scene.read(async (connection) => {
      const network = await this.#lookup(connection);
      return network && properties(network);
    });
  }

  update(step: Step): Promise<NetworkProperties> {
    return this.create(step);
  }

  protected async make(step: Step): Promise<NetworkProperties> {
    const connection = await this.#scene.writer();
    const known = await this.#lookup(connection);
    const network = (known && (await this.#started(known))) ?? (await this.#found(connection, step));
    if (this.#scene.machine.spec.autostart && !(await network.autostart())) await network.setAutostart(true);
    return properties(network);
  }

  protected async unmake(): Promise<void> {
    const network = await this.#lookup(await this.#scene.writer());
    if (!network) return;
    await remove(network);
  }

  /** Besides the other machines: every domain that is in it, and every address reserved in it, whosever they are. */
  protected async holders(): Promise<readonly string[]> {
    const { context, machine, plan } = this.#scene;
    const machines = await recordedHolders(
      context.home,
      machine.name,
      this.id,
      ({ plan: other }) =>
        daemonOf(other.target.uri) === daemonOf(plan.target.uri) && other.network.name === this.#wanted.name,
    );
    const connection = await this.#scene.writer();
    const network = await this.#lookup(connection);
    if (!network) return machines;
    const { reservations } = await describe(network);
    return [
      ...machines,
      ...(await domainsIn(connection, network.name)),
      ...reservations.map(({ address }) => `the reserved address ${address}`),
    ];
  }

  protected exclusively<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return oneAtATime(this.#scene.context.home, this.#wanted.name, work, signal);
  }

  /** Under our name there must be a network of ours. */
  async #lookup(connection: Connection): Promise<Network | undefined> {
    const { name } = this.#wanted;
    const network = await ifThere(connection.lookupNetworkByName(name));
    if (!network || readMark(parseXml(await network.xml()))?.home === this.#scene.context.home.id) return network;
    throw new HvError({
      code: 'ERR_KVM_NAME_TAKEN',
      message: `libvirt's network ${name} was not made by this hvkit home`,
      hint: `If nobody needs it: virsh net-destroy ${name}; virsh net-undefine ${name}`,
    });
  }

  /** Undefined: another interface has its subnet, and it was taken away, because nobody had an address in it yet. */
  async #started(known: Network): Promise<Network | undefined> {
    try {
      await startKnownNetwork(known, this.#scene.context.home);
      return known;
    } catch (error) {
      if (subnetTaker(error) === undefined || !(await this.#isUnused(known))) throw explained(error, known);
      await remove(known);
      return undefined;
    }
  }

  async #isUnused(network: Network): Promise<boolean> {
    const { reservations } = await describe(network);
    return reservations.length === 0 && (await domainsIn(network.connection, network.name)).length === 0;
  }

  /** One subnet after the other, until libvirt, which knows better what is in use, takes one. */
  async #found(connection: Connection, step: Step): Promise<Network> {
    const { name } = this.#wanted;
    let refusal: unknown;
    const candidates = await this.#candidates(connection);
    for (const [attempt, subnet] of candidates.entries()) {
      step.signal.throwIfAborted();
      const xml = networkXml(this.#scene.context.home, { name, bridge: bridgeName(name, attempt), subnet });
      try {
        const network = await connection.defineNetwork(xml);
        await startKnownNetwork(network, this.#scene.context.home);
        return network;
      } catch (error) {
        if (!LibvirtError.is(error) || !IN_USE.test(error.message)) throw error;
        refusal = error;
        const defined = await this.#lookup(connection);
        if (defined) await remove(defined);
      }
    }
    throw new HvError({
      code: 'ERR_NO_SUBNET',
      message: `libvirt refused every subnet for the network ${name}, the last one because: ${String(refusal)}`,
      hint: 'Name one: --network nat=192.168.200.0/24',
      cause: refusal,
    });
  }

  async #candidates(connection: Connection): Promise<Subnet[]> {
    const { context, plan } = this.#scene;
    const taken = await takenSubnets(connection, plan.target);
    if (this.#wanted.subnet === undefined) {
      return subnetCandidates({ seed: context.home.id, taken, most: ATTEMPTS });
    }
    const subnet = parseSubnet(this.#wanted.subnet);
    checkFree(subnet, taken);
    return [subnet];
  }
}

async function remove(network: Network): Promise<void> {
  if (await network.isActive()) await network.destroy();
  await network.undefine();
}

async function properties(network: Network): Promise<NetworkProperties> {
  const { subnets } = await describe(network);
  const [subnet] = subnets;
  return {
    name: network.name,
    subnet: subnet ? formatSubnet(subnet) : '',
    active: await network.isActive(),
  };
}
