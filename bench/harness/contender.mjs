import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * A process that runs a workload on demand and times it itself. It says `{"ready": true}` when it stands; then it is sent
 * lines of `VERB COUNT` and answers each with one line of JSON. It ends when its input does.
 */
export class Contender {
  #label;
  #child;
  #lines;
  #ended;

  /** `command` is an argument vector, `env` is added to the environment. */
  static async start({ label, command, env = {} }) {
    const contender = new Contender(label, command, env);
    await contender.#next();
    return contender;
  }

  constructor(label, [file, ...args], env) {
    this.#label = label;
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code, signal) => resolve(code ?? signal));
    });
    // Whoever reads its next line, or stops it, is told as well.
    this.#ended.catch(() => undefined);
    // It may have ended; the line that is missing then says so.
    this.#child.stdin.on('error', () => undefined);
  }

  get label() {
    return this.#label;
  }

  async ask(verb, count) {
    this.#child.stdin.write(`${verb} ${count}\n`);
    return this.#next();
  }

  async stop() {
    this.#child.stdin.end();
    const status = await this.#ended;
    if (status !== 0) throw new Error(`${this.#label} ended with ${status}`);
  }

  async #next() {
    const { done, value } = await this.#lines.next();
    if (done) throw new Error(`${this.#label} gave no answer and ended with ${await this.#ended}`);
    return JSON.parse(value);
  }
}

/** Starts all, hands them over, and stops them however that ends. */
export async function withContenders(definitions, use) {
  const contenders = [];
  const stop = () => contenders.map((contender) => contender.stop());
  try {
    for (const definition of definitions) contenders.push(await Contender.start(definition));
    const result = await use(contenders);
    await Promise.all(stop());
    return result;
  } catch (error) {
    // What went wrong first is what counts; that a contender ended with an error as well follows from it.
    await Promise.allSettled(stop());
    throw error;
  }
}
