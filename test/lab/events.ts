import type { Connection, EventName, Events } from '../../src/native/libvirt';

/** Subscribes, and gives the first event that fits. */
export async function first<Name extends EventName>(
  connection: Connection,
  name: Name,
  fits: (event: Events[Name]) => boolean = () => true,
): Promise<{ event: Promise<Events[Name]> }> {
  const stream = connection.events(name);
  await stream.ready;
  const event = (async () => {
    for await (const each of stream) if (fits(each)) return each;
    throw new Error(`${name}: the stream ended`);
  })();
  return { event };
}

/** Subscribes, and keeps what `describe` makes of each event until `seen` is asked for so many. */
export async function record<Name extends EventName>(
  connection: Connection,
  name: Name,
  describe: (event: Events[Name]) => unknown,
): Promise<{ seen: (count: number) => Promise<unknown[]> }> {
  const stream = connection.events(name);
  await stream.ready;
  return {
    seen: async (count) => {
      const seen: unknown[] = [];
      for await (const event of stream) if (seen.push(describe(event)) === count) break;
      return seen;
    },
  };
}
