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
  readonly parents = [];
  readonly #scene: Scene;
  readonly #wanted: WantedForward;

  constructor(scene: Scene, id: string, wanted: WantedForward) {
    this.#scene = scene;
    this.id = id;
    this.#wanted = wanted;
  }

  async create(step: Step): Promise<Forward> {
    const { guest, protocol } = this.#wanted;
    const recorded = await this.read(step);
    if (recorded) return recorded;
    const host = this.#wanted.host ?? (await this.#choose(guest));
    return { host, guest, protocol };
  }

  read(step: Step): Promise<Forward | undefined> {
    return Promise.resolve(forward.safeParse(step.recorded(this.id)).data);
  }

  #choose(guest: number): Promise<number> {
    const { uuid, spec } = this.#scene.machine;
    return freePort(
      uuid,
      guest,
      spec.publish.map(({ host }) => host),
    );
  }

  delete(): Promise<void> {
    return Promise.resolve();
  }
}
