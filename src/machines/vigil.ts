import { setTimeout as delay } from 'node:timers/promises';

import type { Driver, DriverMachine, MachineState } from '../drivers/driver';
import { HvError } from '../errors';
import { LOGIN, plainLine, signIn, type Sign } from './console-signs';
import { Hopeless } from './hopeless';

/** In these a machine does not come up by itself. */
const OVER: readonly MachineState[] = ['Stopped', 'Saved', 'Error'];
/** Of the console: as much is looked through for what ends a line. */
const LONGEST_LINE = 4096;
/** Milliseconds that a kernel has to print why it panicked. */
const REPORT = 500;

export interface VigilOptions {
  signal: AbortSignal;
  /** The machine has never run: what its console printed is of this start. */
  fresh: boolean;
}

/** Watches over a machine while somebody waits for it, and says when the waiting is in vain. */
export class Vigil {
  /** Rejects when the machine will not come up any more. Never resolves. */
  readonly lost: Promise<never>;
  readonly #driver: Driver;
  readonly #machine: DriverMachine;
  readonly #options: VigilOptions;
  readonly #before: number;
  readonly #hopeless: Hopeless;
  #lose: (error: unknown) => void = () => undefined;
  #started = false;
  #trouble: string | undefined;
  #inVain: string | undefined;
  /** What its console has said that it fails by. */
  #failure: HvError | undefined;

  /** Resolves when nothing is missed any more: before the machine is started. */
  static async begin(driver: Driver, machine: DriverMachine, options: VigilOptions): Promise<Vigil> {
    const events = await driver.watch(machine, options.signal);
    const before = options.fresh ? 0 : await consoleLength(driver, machine, options.signal);
    const vigil = new Vigil(driver, machine, options, before);
    void vigil.#watch(events);
    return vigil;
  }

  private constructor(driver: Driver, machine: DriverMachine, options: VigilOptions, before: number) {
    this.#driver = driver;
    this.#machine = machine;
    this.#options = options;
    this.#before = before;
    this.#hopeless = new Hopeless({ installs: machine.spec.userData !== undefined });
    this.lost = new Promise<never>((_, reject) => {
      this.#lose = reject;
    });
    // Whoever waits races against it, and may have won by the time that it is lost.
    this.lost.catch(() => undefined);
  }

  /** Bytes that the console had printed before. */
  get before(): number {
    return this.#before;
  }

  /** To be called when the driver has started the machine: what ends from now on, ends too early. */
  async started(): Promise<void> {
    this.#started = true;
    await this.#look('it ended at once');
    void this.#listen();
  }

  /** What kept it from seeing all, for the error that says what was seen. */
  get trouble(): readonly string[] {
    return this.#trouble === undefined ? [] : [this.#trouble];
  }

  /** To be called with the failure of each attempt to meet somebody in the machine; undefined: it has no address. */
  notMet(error?: Error): void {
    const why = this.#hopeless.after(error);
    if (why === undefined) return;
    this.#inVain ??= why;
    this.#lose(new HvError({ code: 'ERR_NOT_READY', message: why }));
  }

  /** Why nobody will be met in the machine, where that is what it is lost by. */
  get inVain(): string | undefined {
    return this.#inVain;
  }

  async #watch(events: AsyncIterable<{ state: MachineState; detail: string }>): Promise<void> {
    try {
      for await (const { state, detail } of events) {
        // A restart passes through states that would be the end otherwise: what holds is what it is in now.
        if (this.#started && OVER.includes(state)) await this.#look(detail);
      }
    } catch (error) {
      if (!this.#options.signal.aborted) this.#lose(error);
    }
  }

  async #look(detail: string): Promise<void> {
    const reading = (await this.#driver.states([this.#machine])).get(this.#machine.uuid);
    if (!reading) return;
    if ('error' in reading) this.#lose(reading.error);
    else if (OVER.includes(reading.state)) {
      this.#lose(this.#failure ?? this.#death(reading.reason ?? detail));
    }
  }

  #death(why: string): HvError {
    return new HvError({
      code: 'ERR_MACHINE_DIED',
      message: `The machine "${this.#machine.name}" ended while it was starting: ${why}`,
      hint: 'What its console said last tells why.',
    });
  }

  /** A console that cannot be read is a way less to find out, and no failure: the deadline holds all the same. */
  async #listen(): Promise<void> {
    const { signal } = this.#options;
    if (!this.#driver.logs) return;
    try {
      // A log that is shorter than before has begun anew: all of it is of this start.
      const isNew = this.#before > 0 && (await consoleLength(this.#driver, this.#machine, signal)) < this.#before;
      const logs = await this.#driver.logs(this.#machine, { follow: true, signal });
      let skip = isNew ? 0 : this.#before;
      let rest = '';
      for await (const chunk of logs as AsyncIterable<Buffer>) {
        const news = chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - news.length;
        const lines = `${rest}${news.toString('latin1')}`.split(/[\r\n]+/);
        rest = lines.pop()?.slice(-LONGEST_LINE) ?? '';
        this.#hopeless.heard();
        for (const line of lines) this.#judge(plainLine(line));
        // A prompt stays what it is until somebody types. What else is half a line yet, is judged when it is whole.
        const prompt = plainLine(rest);
        if (prompt.endsWith('>') || LOGIN.test(prompt)) this.#judge(prompt);
      }
    } catch (error) {
      this.#hopeless.deaf();
      if (!signal.aborted) this.#trouble = `the console could not be followed: ${(error as Error).message}`;
    }
  }

  #judge(line: string): void {
    this.#hopeless.said(line);
    const sign = signIn(line);
    if (!sign || this.#failure !== undefined) return;
    this.#failure = new HvError({
      code: 'ERR_GUEST_FAILED',
      message: `The machine "${this.#machine.name}" does not come up: ${sign.means} ("${line.slice(0, 200)}")`,
      hint: sign.hint,
    });
    void this.#fail(sign);
  }

  /** Once it has said what it says of it. */
  async #fail({ reports }: Sign): Promise<void> {
    // Whoever does not wait any more does not want to know.
    if (reports) await delay(REPORT, undefined, { signal: this.#options.signal }).catch(() => undefined);
    this.#lose(this.#failure);
  }
}

async function consoleLength(driver: Driver, machine: DriverMachine, signal: AbortSignal): Promise<number> {
  if (!driver.logs) return 0;
  let length = 0;
  const logs = await driver.logs(machine, { follow: false, signal });
  for await (const chunk of logs as AsyncIterable<Buffer>) length += chunk.length;
  return length;
}
