import {
  DomainDefineFlags,
  DomainUndefineFlagsValues,
  DomainXMLFlags,
  ErrorNumber,
  LibvirtError,
  type Connection,
  type Domain,
} from '../../../native/libvirt';
import { HvError } from '../../../errors';
import type { Properties, Resource, Step } from '../../../resources/resource';
import { ifThere, isAbsent } from '../absent';
import { domainXml } from '../domain-xml';
import { readMark } from '../mark';
import type { Scene } from '../scene';
import { removeLog } from '../log';
import { partsOf } from '../parts';
import { parseXml, type XmlElement } from '../xml';

interface DomainProperties extends Properties {
  name: string;
  uuid: string;
  cpus: number;
  /** MiB. */
  memory: number;
}

const ALL_OF_IT =
  DomainUndefineFlagsValues.MANAGED_SAVE |
  DomainUndefineFlagsValues.SNAPSHOTS_METADATA |
  DomainUndefineFlagsValues.CHECKPOINTS_METADATA |
  DomainUndefineFlagsValues.NVRAM;

/** The definition of the machine in libvirt. Starting it is the driver's. */
export class DomainResource implements Resource<DomainProperties> {
  readonly kind = 'domain';
  readonly id = 'domain';
  readonly parents: readonly string[];
  readonly #scene: Scene;

  constructor(scene: Scene, parents: readonly string[]) {
    this.#scene = scene;
    this.parents = parents;
  }

  async create(step: Step): Promise<DomainProperties> {
    const { context, machine, plan } = this.#scene;
    const connection = await this.#scene.writer();
    await ownDomain(connection, this.#scene);
    const xml = domainXml(
      context.home,
      machine,
      plan,
      partsOf(this.#scene, (id) => step.recorded(id)),
    );
    const domain = await this.#define(connection, xml);
    if (machine.spec.autostart) await domain.setAutostart(true);
    return properties(parseXml(await domain.xml(DomainXMLFlags.INACTIVE)));
  }

  async read(): Promise<DomainProperties | undefined> {
    return this.#scene.read(async (connection) => {
      const domain = await lookup(connection, this.#scene);
      return domain && properties(parseXml(await domain.xml(DomainXMLFlags.INACTIVE)));
    });
  }

  update(step: Step): Promise<DomainProperties> {
    return this.create(step);
  }

  async delete(step: Step): Promise<void> {
    const domain = await ownDomain(await this.#scene.writer(), this.#scene);
    if (domain) {
      await stopNow(domain);
      await undefine(domain);
    }
    await removeLog(this.#scene, step.signal);
  }

  async #define(connection: Connection, xml: string): Promise<Domain> {
    try {
      return await connection.defineDomain(xml, DomainDefineFlags.VALIDATE);
    } catch (error) {
      if (
        !LibvirtError.is(error) ||
        error.number !== ErrorNumber.OPERATION_FAILED ||
        !error.message.includes('already exists')
      ) {
        throw error;
      }
      throw new HvError({
        code: 'ERR_KVM_NAME_TAKEN',
        message: `libvirt has another domain with the name ${this.#scene.plan.domain}`,
        hint: `It is not this machine's. If nobody needs it: virsh undefine ${this.#scene.plan.domain}`,
        cause: error,
      });
    }
  }
}

function lookup(connection: Connection, { machine }: Scene): Promise<Domain | undefined> {
  return ifThere(connection.lookupDomainByUuid(machine.uuid));
}

/** The UUID is random, but it is what everything is found by: a domain without our mark is somebody else's. */
export async function ownDomain(connection: Connection, scene: Scene): Promise<Domain | undefined> {
  const domain = await lookup(connection, scene);
  if (!domain) return undefined;
  const mark = readMark(parseXml(await domain.xml(DomainXMLFlags.INACTIVE)));
  if (mark?.home === scene.context.home.id) return domain;
  throw new HvError({
    code: 'ERR_KVM_NOT_OURS',
    message: `The domain ${domain.name} has this machine's UUID, and was not made by this hvkit home`,
    hint: `Have a look at it: virsh dumpxml ${domain.uuid}`,
  });
}

function properties(xml: XmlElement): DomainProperties {
  return {
    name: xml.first('name')?.text ?? '',
    uuid: xml.first('uuid')?.text ?? '',
    cpus: Number(xml.first('vcpu')?.text),
    memory: Number(xml.first('memory')?.text) / 1024,
  };
}

/** Running, paused, whatever: it is to be off. */
export async function stopNow(domain: Domain): Promise<void> {
  try {
    if (await domain.isActive()) await domain.destroy();
  } catch (error) {
    // It ended by itself in between. An embedded driver says of a transient one that it is not there.
    const isOff = LibvirtError.is(error) && error.number === ErrorNumber.OPERATION_INVALID;
    if (!isOff && !isAbsent(error)) throw error;
  }
}

export async function undefine(domain: Domain): Promise<void> {
  try {
    await domain.undefine(ALL_OF_IT);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}
