import { setTimeout as delay } from 'node:timers/promises';

import type { Connection, Events, EventStream } from '../../native/libvirt';
import { HvError } from '../../errors';
import type { MachineState, StateEvent } from '../driver';
import { domainOf } from './find';
import type { Scene } from './scene';
import { eventOf, stateOf } from './states';

interface Subscribed {
  events: EventStream<Events['domain.lifecycle']>;
  state: MachineState;
}

const RECONNECT_DEADLINE = 30_000;
const RECONNECT_PAUSE = 250;

/** What happens to a machine from now on. A daemon that goes away and comes back is no end: what was missed is looked up. */
export async function watch(scene: Scene, signal: AbortSignal): Promise<AsyncIterable<StateEvent>> {
  const first = await subscribe(scene, signal);
  return follow(scene, first, signal);
}

async function* follow(scene: Scene, first: Subscribed, signal: AbortSignal): AsyncGenerator<StateEvent> {
  const { uuid } = scene.machine;
  let { events, state } = first;
  for (;;) {
    try {
      for await (const { event, detail } of events) {
        const happened = eventOf(event, detail);
        if (!happened) continue;
        state = happened.state;
        yield { uuid, ...happened };
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!HvError.is(error) || error.code !== 'ERR_CONNECTION_LOST') throw error;
    }
    const again = await subscribeAgain(scene, signal);
    if (again.state !== state) yield { uuid, state: again.state, detail: 'seen when libvirt was back' };
    ({ events, state } = again);
  }
}

/** A daemon that is started anew needs a moment. */
async function subscribeAgain(scene: Scene, signal: AbortSignal): Promise<Subscribed> {
  const deadline = Date.now() + RECONNECT_DEADLINE;
  for (;;) {
    try {
      return await subscribe(scene, signal);
    } catch (error) {
      if (signal.aborted || Date.now() > deadline) throw error;
      await delay(RECONNECT_PAUSE, undefined, { signal });
    }
  }
}

function subscribe(scene: Scene, signal: AbortSignal): Promise<Subscribed> {
  return scene.read(async (connection: Connection) => {
    const domain = await domainOf(connection, scene);
    const events = connection.events('domain.lifecycle', { of: domain, signal });
    try {
      await events.ready;
      const { state, reason } = await domain.state();
      return { events, state: stateOf(state, reason).state };
    } catch (error) {
      // Why it failed is what counts, not that a lost connection takes no registration back.
      await events.stop().catch(() => undefined);
      throw error;
    }
  });
}
