import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Capabilities, Driver, DriverDefinition, DriverMachine } from '../drivers/driver';
import { HvError } from '../errors';
import { HomeFolder } from '../machines/home';
import { Hvkit } from '../machines/hvkit';
import { machineOf } from '../machines/ledger';
import type { Machine } from '../machines/machine';
import type { Progress } from '../machines/progress';
import type { CreateRequest } from '../machines/request';
import { canLogIn } from '../machines/ssh-target';
import { Store } from '../machines/store';
import type { LifecycleSuite } from './options';

const NAME = 'suite';
/** What cannot be with a driver is refused with one of these. */
const REFUSALS: ReadonlySet<string> = new Set(['ERR_PRECREATE', 'ERR_UNSUPPORTED']);

/** The driver under test, with a home, and a machine that most tests look at: booting one for each would take long. */
export class Subject {
  readonly definition: DriverDefinition;
  readonly name = NAME;
  readonly #suite: LifecycleSuite;
  readonly #isOwnHome: boolean;
  readonly #home: HomeFolder;
  readonly #open: Hvkit[] = [];
  #hvkit: Hvkit | undefined;

  constructor(suite: LifecycleSuite) {
    this.definition = suite.definition;
    this.#suite = suite;
    this.#isOwnHome = suite.home === undefined;
    this.#home = new HomeFolder(suite.home ?? mkdtempSync(join(tmpdir(), 'hvkit-suite-')));
  }

  get home(): string {
    return this.#home.path;
  }

  /** Whether the driver starts and stops its machines, or takes them as they are. */
  get hasPower(): boolean {
    return this.definition.capabilities.power !== false;
  }

  has(ability: keyof Capabilities): boolean {
    return this.definition.capabilities[ability] === true && this.#suite.without?.includes(ability) !== true;
  }

  /** The one that most tests share. */
  get hvkit(): Hvkit {
    this.#hvkit ??= this.open();
    return this.#hvkit;
  }

  /** As another process would have it; or with another driver in place of the one under test. */
  open(definition: DriverDefinition = this.definition): Hvkit {
    const { env } = this.#suite;
    const hvkit = new Hvkit({
      home: this.home,
      drivers: [definition],
      ...(env && { env }),
      // A fallback that is said is no fault.
      onWarning: () => undefined,
    });
    this.#open.push(hvkit);
    return hvkit;
  }

  request(name: string = NAME, more: Partial<CreateRequest> = {}): CreateRequest {
    return { ...this.#suite.request, ...more, name, driver: this.definition.name };
  }

  /** The machine, running, whatever an earlier test left it in. */
  async running(): Promise<Machine> {
    const machine = (await this.#found()) ?? (await this.hvkit.create(this.request()));
    const state = await machine.state();
    if (state === 'Paused') await machine.resume();
    if (this.hasPower && (await machine.state()) !== 'Running') await machine.start();
    return machine;
  }

  /** There is none of any name, and nothing of one. */
  async none(): Promise<void> {
    for (const { name } of await this.hvkit.list()) await (await this.hvkit.machine(name)).remove();
    await this.nothingRemains();
  }

  async nothingRemains(): Promise<void> {
    assert.deepEqual(await this.#remains(), [], 'something of a machine is left');
    const findings = await this.hvkit.doctor();
    assert.deepEqual(
      findings.map(({ message }) => message),
      [],
      'doctor finds something',
    );
  }

  /** Whether hvkit can log in: of an image that brings its own users it is enough that the machine runs. */
  async answers(machine: Machine): Promise<boolean> {
    let can = false;
    await this.withDriver(machine, async (driver, seen) => {
      can = await canLogIn(driver, seen);
    });
    return can;
  }

  async assertAnswers(machine: Machine): Promise<void> {
    assert.equal(await machine.state(), 'Running');
    if (!(await this.answers(machine))) return;
    const { status, stdout } = await machine.exec('echo', ['hello']);
    assert.deepEqual({ status, stdout }, { status: 0, stdout: 'hello\n' });
  }

  /** Refused, with nothing made, not even for a moment. */
  async assertRefused(work: (onProgress: (progress: Progress) => void) => Promise<unknown>): Promise<void> {
    const before = await this.#remains();
    const stages = new Set<Progress['stage']>();
    await assert.rejects(
      () => work(({ stage }) => stages.add(stage)),
      (error) => HvError.is(error) && REFUSALS.has(error.code),
      `it is not refused, or not with ${[...REFUSALS].join(' or ')}`,
    );
    assert.ok(!stages.has('resources'), 'it was refused when something was made already');
    assert.deepEqual(await this.#remains(), before, 'it was refused, and something was made');
  }

  /** Runs work with a driver of its own, and the machine as that sees it. */
  async withDriver(machine: Machine, work: (driver: Driver, machine: DriverMachine) => Promise<void>): Promise<void> {
    const store = new Store(this.#home);
    const seen = machineOf(store, await store.read(machine.name));
    const { env = process.env } = this.#suite;
    const driver = this.definition.create({ home: await this.#home.identity(), env, warn: () => undefined });
    try {
      await work(driver, seen);
    } finally {
      await driver.close();
    }
  }

  /** The machine's file is gone, as after an accident. */
  async forget(machine: Machine): Promise<void> {
    await rm(machine.folder, { recursive: true });
  }

  async close(): Promise<void> {
    try {
      await this.none();
    } catch (error) {
      throw this.#unfinished(error);
    } finally {
      for (const hvkit of this.#open) await hvkit.close();
    }
    if (this.#isOwnHome) await rm(this.home, { recursive: true, force: true });
  }

  /** The home stays: by it what is left is found. */
  #unfinished(cause: unknown): HvError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new HvError({
      code: 'ERR_PURGE',
      message: `Not all of the home ${this.home} could be taken away: ${why}`,
      hint: 'The home was kept: delete it when nothing of it is left.',
      cause,
    });
  }

  async #found(): Promise<Machine | undefined> {
    try {
      return await this.hvkit.machine(NAME);
    } catch (error) {
      if (HvError.is(error) && error.code === 'ERR_NO_MACHINE') return undefined;
      throw error;
    }
  }

  async #remains(): Promise<string[]> {
    const { remains } = this.#suite;
    await this.#home.prepare();
    const machines = await readdir(this.#home.machines);
    return [...machines, ...((await remains?.(await this.#home.identity())) ?? [])];
  }
}
