import { createInterface } from 'node:readline';

/**
 * The contender's side of the protocol, for those written in JavaScript: answers `VERB COUNT` lines until they end.
 * `verbs` do their work once and resolve with what shows that it was done; `special` are handed the count, and answer
 * for themselves.
 */
export async function serve(verbs, special = {}) {
  answer({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const [verb, count] = line.split(' ');
    if (verb in special) answer(await special[verb](Number(count)));
    else if (verb in verbs) answer(await timed(verbs[verb], Number(count)));
    else throw new Error(`unknown verb ${verb}`);
  }
}

async function timed(run, count) {
  let result;
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; ++i) result = await run();
  return { ns: Number(process.hrtime.bigint() - start), result };
}

function answer(object) {
  process.stdout.write(`${JSON.stringify(object)}\n`);
}

/** Resident set and JavaScript heap after a garbage collection: node needs --expose-gc. */
export async function memory() {
  // A second one frees what the finalizers of the first have let go.
  for (let i = 0; i < 2; ++i) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heapUsed };
}
