import { native } from './binding';
import type { Handle, ParameterValues, TypedParameters } from './binding-types';
import { Domain } from './domain';
import {
  ConnectCloseReason,
  StreamFlags,
  type ConnectGetAllDomainStatsFlags,
  type ConnectListAllDomainsFlags,
  type DomainCreateFlags,
  type DomainDefineFlags,
  type DomainSaveRestoreFlags,
  type DomainStatsTypes,
} from './enums';
import { connectionClosed, connectionLost, invalidArgument, isUnsupported } from './errors';
import { EVENT_KINDS, type EventName, type EventObject, type Events } from './events';
import {
  callListener,
  aborted,
  EventStream,
  Subscription,
  type AnySource,
  type EventOptions,
  type EventTarget,
} from './event-source';
import { DeviceConnection } from './connection-devices';
import { call } from './object';
import { optionsOf, requireArray, requireObject } from './options';
import { PendingCalls } from './pending-calls';

export interface DomainStats {
  domain: Domain;
  /** libvirt's names, such as `state.state` or `balloon.current`; 64-bit values are BigInts. */
  stats: ParameterValues;
}

export interface SubscribeOptions<Name extends EventName = EventName> extends EventOptions {
  /** Only events of this object; without it, of any object of the connection. */
  of?: EventObject<Name>;
}

export interface ListenOptions<Name extends EventName = EventName> extends SubscribeOptions<Name> {
  /** The connection was lost or the signal aborted, and the listener with it. */
  onError?: (error: unknown) => void;
}

const SUBSCRIBE_OPTIONS = { of: true, capacity: true, signal: true } as const;
const LISTEN_OPTIONS = { ...SUBSCRIBE_OPTIONS, onError: true } as const;

/** A connection to a hypervisor: its domains, its events, its end. What else it has is in the classes it extends. */
export class Connection extends DeviceConnection {
  readonly #sources = new Set<AnySource>();
  readonly #closeListeners = new Set<(reason: ConnectCloseReason) => void>();
  #lossWatch: Subscription<{ reason: ConnectCloseReason }> | undefined;
  #closed: Promise<void> | undefined;

  constructor(handle: Handle<'Connection'>) {
    super(handle, new PendingCalls(async () => (await call(() => native().virConnectIsAlive(handle))) === 1));
  }

  protected override get connection(): this {
    return this;
  }

  protected override identity(): Record<string, unknown> {
    return { closed: this.#closed !== undefined };
  }

  /** One request to the daemon, however many there are. Filters: ConnectListAllDomainsFlags; 0 is all. */
  async listAllDomains(filter: ConnectListAllDomainsFlags | 0 = 0): Promise<Domain[]> {
    const handles = await this.call('virConnectListAllDomains', filter);
    return handles.map((handle) => new Domain(handle, this));
  }

  async lookupDomainByName(name: string): Promise<Domain> {
    return new Domain(await this.call('virDomainLookupByName', name), this);
  }

  async lookupDomainByUuid(uuid: string): Promise<Domain> {
    return new Domain(await this.call('virDomainLookupByUUIDString', uuid), this);
  }

  /** By the number that a running domain has. */
  async lookupDomainById(id: number): Promise<Domain> {
    return new Domain(await this.call('virDomainLookupByID', id), this);
  }

  /** Makes a persistent domain, or gives an existing one a new definition. Nothing is started. */
  async defineDomain(xml: string, flags: DomainDefineFlags | 0 = 0): Promise<Domain> {
    return new Domain(await this.call('virDomainDefineXMLFlags', xml, flags), this);
  }

  /** Makes and starts a transient domain: it is gone when it stops. */
  async createDomain(xml: string, flags: DomainCreateFlags | 0 = 0): Promise<Domain> {
    return new Domain(await this.call('virDomainCreateXML', xml, flags), this);
  }

  /** Starts the domain that Domain.save wrote to a file; `xml` may change what does not concern the guest. */
  async restoreDomain(file: string, xml: string | null = null, flags: DomainSaveRestoreFlags | 0 = 0): Promise<void> {
    await this.call('virDomainRestoreFlags', file, xml, flags);
  }

  /** The same, told by TypedParam.DOMAIN_SAVE_PARAM_*. libvirt 8.4 and newer. */
  async restoreDomainParams(params: TypedParameters, flags: DomainSaveRestoreFlags | 0 = 0): Promise<void> {
    await this.call('virDomainRestoreParams', params, flags);
  }

  async savedImageXml(file: string, flags = 0): Promise<string> {
    return this.call('virDomainSaveImageGetXMLDesc', file, flags);
  }

  async defineSavedImageXml(file: string, xml: string, flags: DomainSaveRestoreFlags | 0 = 0): Promise<void> {
    await this.call('virDomainSaveImageDefineXML', file, xml, flags);
  }

  /** Statistics of all domains in one request: `groups` are DomainStatsTypes, 0 is all that the hypervisor has. */
  async allDomainStats(
    groups: DomainStatsTypes | 0 = 0,
    flags: ConnectGetAllDomainStatsFlags | 0 = 0,
  ): Promise<DomainStats[]> {
    const records = await this.call('virConnectGetAllDomainStats', groups, flags);
    return records.map(({ domain, stats }) => ({ domain: new Domain(domain, this), stats }));
  }

  /** The same for some domains of this connection, still in one request. */
  async domainStats(
    domains: readonly Domain[],
    groups: DomainStatsTypes | 0 = 0,
    flags: ConnectGetAllDomainStatsFlags | 0 = 0,
  ): Promise<DomainStats[]> {
    requireArray(domains, 'the domains');
    const handles = domains.map((domain) => {
      requireObject(domain, Domain, 'each of the domains');
      return domain.handle;
    });
    const records = await this.call('virDomainListGetStats', handles, groups, flags);
    return records.map(({ domain, stats }) => ({ domain: new Domain(domain, this), stats }));
  }

  /** A hypervisor's own configuration, as domain XML. */
  async domainXmlFromNative(format: string, config: string, flags = 0): Promise<string> {
    return this.call('virConnectDomainXMLFromNative', format, config, flags);
  }

  async domainXmlToNative(format: string, xml: string, flags = 0): Promise<string> {
    return this.call('virConnectDomainXMLToNative', format, xml, flags);
  }

  /** Takes a QEMU process that was started by hand under libvirt's control, where the driver still can. */
  async attachQemuProcess(pid: number, flags = 0): Promise<Domain> {
    return new Domain(await this.call('virDomainQemuAttach', pid, flags), this);
  }

  /**
   * Events, to be read with `for await`. The registration is under way when this returns; `await stream.ready` to know
   * that nothing is missed from then on. Leaving the loop takes it back.
   */
  events<Name extends EventName>(name: Name, options: SubscribeOptions<Name> = {}): EventStream<Events[Name]> {
    const target = this.#target(name, optionsOf(options, SUBSCRIBE_OPTIONS));
    const { convert } = EVENT_KINDS[name];
    const stream = new EventStream<Events[Name]>(
      target,
      (event) => convert(event, this) as Events[Name],
      options,
      () => {
        this.releaseSource(stream);
      },
    );
    this.adoptSource(stream);
    return stream;
  }

  /** Calls the listener for each event, until the subscription is stopped. Resolves when libvirt has it registered. */
  async on<Name extends EventName>(
    name: Name,
    listener: (event: Events[Name]) => void,
    options: ListenOptions<Name> = {},
  ): Promise<Subscription<Events[Name]>> {
    requireListener(listener);
    const target = this.#target(name, optionsOf(options, LISTEN_OPTIONS));
    if (options.onError !== undefined) requireListener(options.onError, '`onError`');
    if (options.signal?.aborted) throw aborted(options.signal.reason);
    const { convert } = EVENT_KINDS[name];
    const subscription = new Subscription<Events[Name]>(
      target,
      (event) => convert(event, this) as Events[Name],
      options,
      () => {
        this.releaseSource(subscription);
      },
      listener,
    );
    this.adoptSource(subscription);
    await subscription.registered();
    return subscription;
  }

  /**
   * Calls the listener if the connection to the daemon is lost; not for `close()`. Subscriptions end with an error then. It
   * does not keep the process alive. Returns a function that removes it. Local drivers, such as `test:///`, have no daemon.
   */
  async onClose(listener: (reason: ConnectCloseReason) => void): Promise<() => void> {
    requireListener(listener);
    this.#closeListeners.add(listener);
    await this.#watchLoss();
    return () => {
      this.#closeListeners.delete(listener);
      this.#unwatchLoss();
    };
  }

  /** A connection that is let go is closed; `close()` tells when, and whether. */
  override free(): void {
    void this.close();
  }

  /**
   * Ends the subscriptions, frees every object of the connection, and resolves when the calls under way have come back and
   * libvirt has closed. Calls made after it fail with ERR_CONNECTION_CLOSED. May be called again.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** A stream of libvirt that does not block, for LibvirtStream. @internal */
  newStream(): Promise<Handle<'Stream'>> {
    return this.call('virStreamNew', StreamFlags.NONBLOCK);
  }

  /** What is to end with the connection. @internal */
  adoptSource(source: AnySource): void {
    if (this.#closed) {
      source.fail(connectionClosed());
      return;
    }
    this.#sources.add(source);
    this.#watchLoss().catch((error: unknown) => {
      source.fail(error);
    });
  }

  /** It has ended. @internal */
  releaseSource(source: AnySource): void {
    this.#sources.delete(source);
    this.#unwatchLoss();
  }

  async #close(): Promise<void> {
    const streams = [...this.#sources].filter(({ endsFirst }) => endsFirst);
    if (streams.length > 0) await Promise.allSettled(streams.map((stream) => stream.stop()));
    const sources: AnySource[] = [...this.#sources];
    if (this.#lossWatch) sources.push(this.#lossWatch);
    const stopped = sources.map((source) => source.stop());
    // A registration that a dead connection cannot take back goes with the connection.
    const closing = call(() => native().close(this.handle));
    // As the other calls, behind which it comes.
    const [closed] = await Promise.allSettled([this.pending?.answerTo(closing) ?? closing, ...stopped]);
    if (closed.status === 'rejected') throw closed.reason;
  }

  #target<Name extends EventName>(name: Name, { of: object, signal, capacity }: SubscribeOptions<Name>): EventTarget {
    const given: unknown = name; // a symbol, for all that is known
    if (!Object.hasOwn(EVENT_KINDS, name)) {
      throw invalidArgument(
        `There is no event "${String(given)}"`,
        'The names are those of the type Events: docs/libvirt.md.',
      );
    }
    // Anything else would mean all objects, or leave a registration behind.
    const { family, id, of: Class } = EVENT_KINDS[name];
    if (object !== undefined && !(object instanceof Class)) {
      throw invalidArgument(`\`of\` must be a ${Class.name}: the event "${name}" is about one`);
    }
    if (capacity !== undefined && !(Number.isInteger(capacity) && capacity > 0 && capacity < 2 ** 32)) {
      throw invalidArgument('`capacity` must be a whole number, at least 1');
    }
    if (signal !== undefined && typeof signal.addEventListener !== 'function') {
      throw invalidArgument('`signal` must be an AbortSignal');
    }
    return { connection: this.handle, pending: this.pending, family, id, object: object?.handle ?? null };
  }

  /** libvirt takes one close callback for a connection, so there is one, and it serves all who want to know. */
  async #watchLoss(): Promise<void> {
    this.#lossWatch ??= new Subscription(
      { connection: this.handle, pending: this.pending, family: 'close', id: 0, object: null },
      (event) => event as { reason: ConnectCloseReason },
      {},
      () => undefined,
      ({ reason }) => {
        this.#lost(reason);
      },
    ).unref();
    try {
      await this.#lossWatch.ready;
    } catch (error) {
      if (isUnsupported(error)) return;
      this.#lossWatch = undefined; // the next one may try again
      throw error;
    }
  }

  /** When nobody wants to know any more: what is registered would keep a forgotten connection from being collected. */
  #unwatchLoss(): void {
    if (this.#sources.size > 0 || this.#closeListeners.size > 0 || !this.#lossWatch) return;
    this.#lossWatch.stopAfterFailure();
    this.#lossWatch = undefined;
  }

  #lost(reason: ConnectCloseReason): void {
    const error = connectionLost(reason);
    if (reason === ConnectCloseReason.KEEPALIVE) this.pending?.lostToSilence();
    for (const source of this.#sources) source.fail(error);
    for (const listener of this.#closeListeners) {
      callListener(() => {
        listener(reason);
      });
    }
  }
}

function requireListener(listener: unknown, what = 'The listener'): void {
  if (typeof listener !== 'function') throw invalidArgument(`${what} must be a function`);
}
