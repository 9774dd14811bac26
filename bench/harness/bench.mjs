import { withContenders } from './contender.mjs';

/** One run of a suite: its settings, its rounds, and all that was measured. */
export class Bench {
  /** Every single measurement, for build/bench/<suite>/samples.jsonl. */
  samples = [];

  constructor({ root, folder, rounds, sampleMs, only, against }) {
    Object.assign(this, { root, folder, rounds, sampleMs, only, against });
  }

  /** Whether --only leaves this part in. */
  wants(part) {
    return part.includes(this.only);
  }

  /** Rounds of what takes so many times as long, and varies less. */
  fewer(times) {
    return Math.max(1, Math.round(this.rounds / times));
  }

  note(text) {
    process.stderr.write(`${text}\n`);
  }

  /**
   * The same work by every contender, in interleaved rounds: `{verb: {label: [nanoseconds of one, round by round]}}`.
   * A verb's name leads to which contenders run it; the answers of all must be the same, or they did not do the same.
   */
  async compare(part, definitions, verbs) {
    this.note(`${part}: ${verbs.join(', ')}`);
    return withContenders(definitions, async (contenders) => {
      const times = {};
      for (const verb of verbs) times[verb] = await this.#compareVerb(part, contenders, verb);
      return times;
    });
  }

  async #compareVerb(part, contenders, verb) {
    const counts = new Map();
    for (const contender of contenders) counts.set(contender, await this.#countFor(contender, verb));
    const results = new Map();
    const times = Object.fromEntries(contenders.map(({ label }) => [label, []]));
    await this.inRounds(contenders, async (contender, round) => {
      const count = counts.get(contender);
      const { ns, result } = await contender.ask(verb, count);
      results.set(contender.label, result);
      times[contender.label].push(ns / count);
      this.samples.push({ part, verb, contender: contender.label, round, count, ns });
    });
    if (new Set(results.values()).size > 1) {
      throw new Error(`${part}, ${verb}: not the same work: ${JSON.stringify([...results])}`);
    }
    return times;
  }

  /** Calls `each` for every contender in every round, and each round begins with another one. */
  async inRounds(contenders, each, rounds = this.rounds) {
    for (let round = 0; round < rounds; ++round) {
      for (let i = 0; i < contenders.length; ++i) await each(contenders[(round + i) % contenders.length], round);
    }
  }

  /** How often the work fits into a sample. Finding out is the warm-up as well. */
  async #countFor(contender, verb) {
    for (let count = 1; ; count *= 2) {
      const { ns } = await contender.ask(verb, count);
      if (ns >= this.sampleMs * 1e6) return Math.max(1, Math.round((count * this.sampleMs * 1e6) / ns));
    }
  }
}
