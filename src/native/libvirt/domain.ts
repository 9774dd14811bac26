import type { TypedParameters } from './binding-types';
import type { Connection } from './connection';
import { HostConnection } from './connection-host';
import { DomainHistory } from './domain-history';
import type { DomainMigrateFlags } from './enums';
import { requireObject } from './options';

/** A virtual machine: its names. What it can do is in the classes that this one extends. */
export class Domain extends DomainHistory {
  #renamed: string | undefined;

  protected override get domain(): this {
    return this;
  }

  /** As it was when this object was looked up, or renamed it. Known without asking libvirt, as are `uuid` and `id`. */
  get name(): string {
    return this.#renamed ?? this.field('virDomainGetName');
  }

  protected override identity(): Record<string, unknown> {
    return { name: this.name, uuid: this.uuid };
  }

  get uuid(): string {
    return this.field('virDomainGetUUIDString');
  }

  /** libvirt's number of the running domain; undefined if it was not running when this object was looked up. */
  get id(): number | undefined {
    const id = this.field('virDomainGetID');
    return id < 0 ? undefined : id;
  }

  /** Most hypervisors want it not to run. `name` is the new one then; other objects of the same domain show the old one. */
  async rename(name: string, flags = 0): Promise<void> {
    // By an object that nobody else sees: some drivers change the name inside of it, without a lock.
    const own = await this.connection.lookupDomainByUuid(this.uuid);
    try {
      await own.call('virDomainRename', name, flags);
    } finally {
      own.free();
    }
    this.#renamed = name;
  }

  /**
   * Moves it, running or not, to the host of the other connection: TypedParam.MIGRATE_PARAM_*. This program stays connected to
   * both for as long as it takes; `migrateToUri` leaves it to the daemon. Resolves with the domain there.
   */
  async migrate(destination: Connection, params: TypedParameters, flags: DomainMigrateFlags | 0): Promise<Domain> {
    // The class itself cannot be asked for here: it needs this one.
    requireObject(destination, HostConnection, 'the destination');
    return new Domain(await this.call('virDomainMigrate3', destination.handle, params, flags), destination);
  }
}
