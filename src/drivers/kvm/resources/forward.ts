import type { Resource, Step } from '../../../resources/resource';
import type { WantedForward } from '../forwards';
import { freePort } from '../ports';
import type { Scene } from '../scene';
import { forward } from '../record-schemas';
import type { Forward } from '../user-network';

/**
 * A port of this host's loopback for one of the guest's. QEMU binds it whenever the machine runs: what there is of it in
 * between is this record.
 */
export class ForwardResource implements Resource<Forward> {
  readonly kind = 'port forward';
  readonly id: string;
  readonly parents: readonly string[];
  readonly #scene: Scene;
  readonly #wanted: WantedForward;

  /** `before`: those whose ports may have been chosen by then, so that this one's is another. */
  constructor(scene: Scene, id: string, { wanted, before }: { wanted: WantedForward; before: readonly string[] }) {
    this.#scene = scene;
    this.id = id;
    this.#wanted = wanted;
    this.parents = wanted.host === undefined ? before : [];
  }

  async create(step: Step): Promise<Forward> {
    const { guest, protocol, host } = this.#wanted;
    return (await this.read(step)) ?? { host: host ?? (await this.#choose(step)), guest, protocol };
  }

  read(step: Step): Promise<Forward | undefined> {
    return Promise.resolve(forward.safeParse(step.recorded(this.id)).data);
  }

  #choose(step: Step): Promise<number> {
    const { uuid, spec } = this.#scene.machine;
    const named = spec.publish.flatMap(({ host }) => host ?? []);
    const chosen = this.parents.flatMap((id) => forward.safeParse(step.recorded(id)).data?.host ?? []);
    return freePort(uuid, this.#wanted, [...named, ...chosen]);
  }

  delete(): Promise<void> {
    return Promise.resolve();
  }
}
