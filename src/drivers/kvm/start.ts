import { DomainDefineFlags, LibvirtError, type Connection, type Domain } from '../../native/libvirt';
import { HvError } from '../../errors';
import { ifThere } from './absent';
import { domainXml } from './domain-xml';
import { forwardIds, recordedForwards, wantedForwards } from './forwards';
import { asRoot } from './packages';
import { partsOf } from './parts';
import { explained, startKnownNetwork } from './network-start';
import { requireNetwork } from './networks';
import { freePort } from './ports';
import { inUse, requireAllowed } from './published-ports';
import type { Scene } from './scene';

/** How often another port is tried: each time it was free a moment ago. */
const ATTEMPTS = 5;
const SSH = 0;

/** Starts a domain that is off. QEMU itself says whether its ports are free. */
export async function startDomain(scene: Scene, domain: Domain, signal: AbortSignal): Promise<void> {
  await prepare(scene, domain.connection);
  const refused = new Set<number>();
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      await domain.create();
      return;
    } catch (error) {
      const port = refusedPort(error);
      if (port === undefined || attempt === ATTEMPTS) throw withHelp(error, scene);
      refused.add(port);
      await moveForward(scene, port, refused, error);
    }
  }
}

/** What has to run before a machine can: after a restart of the host it may not. */
async function prepare({ context, plan }: Scene, connection: Connection): Promise<void> {
  const { network, storage } = plan;
  if (storage.kind === 'pool') {
    const pool = await ifThere(connection.lookupStoragePoolByName(storage.name));
    if (pool && !(await pool.isActive())) await pool.create();
  }
  if (network.mode === 'nat') {
    const ours = await ifThere(connection.lookupNetworkByName(network.name));
    if (ours) {
      await startKnownNetwork(ours, context.home).catch((error: unknown) => {
        throw explained(error, ours);
      });
    }
  }
  if (network.mode === 'network') await requireNetwork(connection, network.name);
}

/** An ordinary user's libvirt joins a bridge by QEMU's helper, which does only what root allowed it. */
function withHelp(error: unknown, { plan: { network } }: Scene): unknown {
  const [helper] = LibvirtError.is(error) ? (/\/\S*bridge-helper/.exec(error.message) ?? []) : [];
  if (helper === undefined || network.mode !== 'bridge') return error;
  const allow = `mkdir -p /etc/qemu && echo allow ${network.name} >>/etc/qemu/bridge.conf`;
  return new HvError({
    code: 'ERR_KVM_NETWORK',
    message: `QEMU's helper may not join the bridge ${network.name}: ${(error as Error).message}`,
    hint: asRoot(`sh -c "${allow} && chmod u+s ${helper}"`),
    cause: error,
  });
}

/** The port that QEMU could not listen on. */
function refusedPort(error: unknown): number | undefined {
  if (!LibvirtError.is(error)) return undefined;
  const [, port] = /host forwarding rule '?(?:tcp|udp):127\.0\.0\.1:(\d+)-/.exec(error.message) ?? [];
  return port === undefined ? undefined : Number(port);
}

/** A port that the user named stays; what was chosen, that of the ssh server above all, is chosen anew. */
async function moveForward(scene: Scene, taken: number, refused: ReadonlySet<number>, cause: unknown): Promise<void> {
  const { machine, context, plan } = scene;
  const forwards = recordedForwards(scene);
  const at = forwards.findIndex(({ host }) => host === taken);
  const id = forwardIds(scene)[at];
  const forward = forwards[at];
  if (id === undefined || forward === undefined || wantedForwards(scene)[at]?.host !== undefined) {
    await requireAllowed(taken, await scene.writer());
    throw inUse(machine.name, taken, cause);
  }
  const host = await freePort(machine.uuid, forward, [...refused, ...forwards.map((each) => each.host)]);
  const moved = { ...forward, host };
  await machine.record(id, moved);
  const connection = await scene.writer();
  const recorded = (each: string) => (each === id ? moved : machine.recorded(each));
  await connection.defineDomain(
    domainXml(context.home, machine, plan, partsOf(scene, recorded)),
    DomainDefineFlags.VALIDATE,
  );
  const what = at === SSH ? 'ssh' : `port ${forward.guest}`;
  context.warn(`Port ${taken} of 127.0.0.1 is in use: ${what} of ${machine.name} is now at port ${host}`);
}
