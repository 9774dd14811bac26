import { HvError } from '../../errors';
import type { MachineState } from '../driver';
import { configIn, numberIn, stateIn, textIn } from './answers';
import { flagsIn, flagValues, type Flag } from './flags';
import type { GobValue } from './gob/value';
import type { Patience } from './patience';
import { PluginProcess, type Program } from './process';
import { RpcClient, type CallOptions } from './rpc';

/** The service's name, and the one it had before docker-machine 0.5.1. */
const SERVICES = ['RPCServerDriver', 'RpcServerDriver'];
/** Of the protocol: the only one there ever was. */
const VERSION = 1;

/** A driver's program at work on one machine. It does one thing at a time. */
export class Plugin implements AsyncDisposable {
  readonly #name: string;
  readonly #process: PluginProcess;
  readonly #client: RpcClient;
  readonly #patience: Patience;
  #service = '';
  #held = '';
  #heart: NodeJS.Timeout | undefined;
  /** Why it is of no more use. */
  #failure: HvError | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  static async start(program: Program, patience: Patience, signal?: AbortSignal): Promise<Plugin> {
    const process_ = await PluginProcess.start(program, { timeoutMs: patience.start, signal });
    let client: RpcClient | undefined;
    try {
      client = await RpcClient.connect(process_.address, { timeoutMs: patience.start, signal });
      const plugin = new Plugin(program.name, process_, client, patience);
      await plugin.#agree(signal);
      plugin.#feel();
      return plugin;
    } catch (error) {
      client?.close();
      await process_.end(0);
      throw error;
    }
  }

  private constructor(name: string, process_: PluginProcess, client: RpcClient, patience: Patience) {
    this.#name = name;
    this.#process = process_;
    this.#client = client;
    this.#patience = patience;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get isUsable(): boolean {
    return this.#failure === undefined && !this.#client.isClosed;
  }

  /** Who is told what it tells people. */
  set onLine(listener: ((line: string) => void) | undefined) {
    this.#process.onLine = listener;
  }

  /** What it said last. */
  get words(): readonly string[] {
    return this.#process.words;
  }

  async flags(): Promise<Flag[]> {
    return flagsIn(await this.#ask('GetCreateFlags'));
  }

  async setFlags(flags: readonly Flag[], options: Readonly<Record<string, unknown>>): Promise<void> {
    const value = flagValues(this.#name, flags, options);
    await this.#call('SetConfigFromFlags', { type: 'interface', value, timeoutMs: this.#patience.question });
  }

  /** The configuration of the machine, JSON that only the driver understands, as it is after what was done. */
  async config(): Promise<string> {
    this.#held = configIn(await this.#ask('GetConfigRaw'));
    return this.#held;
  }

  /** The same in the middle of work. */
  async glance(): Promise<string> {
    return configIn(await this.#now('GetConfigRaw', { timeoutMs: this.#patience.state }));
  }

  async setConfig(config: string): Promise<void> {
    const value = Buffer.from(config);
    await this.#call('SetConfigRaw', { type: 'bytes', value, timeoutMs: this.#patience.question });
    this.#held = config;
  }

  /** The configuration that it was given or told last. */
  get held(): string {
    return this.#held;
  }

  /** Undefined: it knows of no machine. */
  async state(signal?: AbortSignal): Promise<MachineState | undefined> {
    return stateIn(await this.#call('GetState', { timeoutMs: this.#patience.state, signal }));
  }

  /** `GetIP`, `GetSSHUsername`: what is told as a text. */
  async text(method: string): Promise<string> {
    return textIn(await this.#ask(method), method);
  }

  async number(method: string): Promise<number> {
    return numberIn(await this.#ask(method), method);
  }

  /** `Create`, `Start`: what takes its time. */
  async work(
    method: string,
    { signal, timeoutMs }: { signal?: AbortSignal | undefined; timeoutMs?: number } = {},
  ): Promise<void> {
    await this.#call(method, { timeoutMs: timeoutMs ?? this.#patience.work, signal });
  }

  async close(): Promise<void> {
    clearInterval(this.#heart);
    const said = this.#failure ?? (await this.#farewell());
    this.#client.close();
    await this.#process.end(said === undefined ? undefined : 0);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** It goes when it is told to: that the answer still comes is not sure. */
  async #farewell(): Promise<HvError | undefined> {
    try {
      await this.#client.call(`${this.#service}.Close`, { timeoutMs: 1000 });
    } catch (error) {
      if (HvError.is(error) && error.code !== 'ERR_PLUGIN_LOST') return error;
    }
    return undefined;
  }

  async #agree(signal: AbortSignal | undefined): Promise<void> {
    let version = 0;
    for (const service of SERVICES) {
      this.#service = service;
      try {
        version = numberIn(await this.#now('GetVersion', { timeoutMs: this.#patience.start, signal }), 'GetVersion');
        break;
      } catch (error) {
        if (!HvError.is(error) || error.code !== 'ERR_PLUGIN_FAILED' || service === SERVICES.at(-1)) throw error;
      }
    }
    if (version === VERSION) return;
    throw new HvError({
      code: 'ERR_PLUGIN_VERSION',
      message: `The driver "${this.#name}" speaks version ${version} of the protocol of docker-machine's drivers, and hvkit version ${VERSION}`,
      hint: 'Another release of the driver may fit.',
    });
  }

  #feel(): void {
    this.#heart = setInterval(() => {
      this.#client.call(`${this.#service}.Heartbeat`, { timeoutMs: this.#patience.heart }).catch((error: unknown) => {
        this.#fail(error);
      });
    }, this.#patience.heartbeat).unref();
  }

  /** What it was asked for meanwhile is not answered any more. */
  #fail(error: unknown): void {
    clearInterval(this.#heart);
    if (HvError.is(error) && error.code === 'ERR_PLUGIN_TIMEOUT') {
      this.#failure ??= this.#told('ERR_PLUGIN_TIMEOUT', `The driver "${this.#name}" runs, and does not answer`);
    }
    this.#client.close(this.#failure);
  }

  #ask(method: string): Promise<GobValue> {
    return this.#call(method, { timeoutMs: this.#patience.question });
  }

  /** docker-machine too asks for one thing after the other: drivers do not expect more. */
  #call(method: string, options: CallOptions): Promise<GobValue> {
    const mine = this.#turn.then(() => this.#now(method, options));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #now(method: string, options: CallOptions): Promise<GobValue> {
    this.#check();
    try {
      return await this.#client.call(`${this.#service}.${method}`, options);
    } catch (error) {
      this.#check();
      throw await this.#explained(error, method, options);
    }
  }

  #check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** With the name of who failed, and its last words where it could not say anything about it. */
  async #explained(error: unknown, method: string, { timeoutMs }: CallOptions): Promise<unknown> {
    switch (HvError.is(error) ? error.code : '') {
      case 'ERR_PLUGIN_FAILED':
        return new HvError({ code: 'ERR_PLUGIN_FAILED', message: `${this.#name}: ${(error as Error).message}` });
      case 'ERR_PLUGIN_TIMEOUT': {
        const within = `${(timeoutMs / 1000).toFixed(1)} s`;
        return this.#told('ERR_PLUGIN_TIMEOUT', `${method} of the driver "${this.#name}" did not end within ${within}`);
      }
      case 'ERR_PLUGIN_LOST': {
        await this.#process.end();
        const how = await this.#process.ended;
        return this.#told('ERR_PLUGIN_LOST', `The driver "${this.#name}" was lost in the middle of ${method}: ${how}`);
      }
      default:
        return error;
    }
  }

  #told(code: string, summary: string): HvError {
    const lines = this.words.map((line) => `  ${line}`);
    return new HvError({
      code,
      message: [summary, ...lines].join('\n'),
      hint: lines.length === 0 ? 'It said nothing about it.' : 'The lines above are what it said last.',
    });
  }
}
