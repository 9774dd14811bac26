import type { TypedParameters } from './binding-types';
import { DomainLifecycle } from './domain-lifecycle';
import type {
  DomainCoreDumpFlags,
  DomainCoreDumpFormat,
  DomainSaveImageXMLFlags,
  DomainSaveRestoreFlags,
} from './enums';
import { optionsOf } from './options';

/** A domain's memory in a file: to go on from there, or to be looked into. */
export abstract class DomainSaving extends DomainLifecycle {
  /** Writes memory and state to a file and stops; `create` goes on from there. libvirt looks after the file. */
  async managedSave(flags: DomainSaveRestoreFlags | 0 = 0): Promise<void> {
    await this.call('virDomainManagedSave', flags);
  }

  async hasManagedSaveImage(flags = 0): Promise<boolean> {
    return (await this.call('virDomainHasManagedSaveImage', flags)) === 1;
  }

  /** Forgets the saved memory: the next `create` boots. */
  async managedSaveRemove(flags = 0): Promise<void> {
    await this.call('virDomainManagedSaveRemove', flags);
  }

  /** The definition that it will go on with. */
  async managedSaveXml(flags: DomainSaveImageXMLFlags | 0 = 0): Promise<string> {
    return this.call('virDomainManagedSaveGetXMLDesc', flags);
  }

  async managedSaveDefineXml(xml: string, flags: DomainSaveRestoreFlags | 0 = 0): Promise<void> {
    await this.call('virDomainManagedSaveDefineXML', xml, flags);
  }

  /**
   * Writes memory and state to a file of the host and stops; Connection.restoreDomain goes on from there. `xml` is what it is
   * then to go on with: only what does not concern the guest may differ.
   */
  async save(file: string, options: { xml?: string; flags?: DomainSaveRestoreFlags | 0 } = {}): Promise<void> {
    const { xml = null, flags = 0 } = optionsOf(options, { xml: true, flags: true });
    await this.call('virDomainSaveFlags', file, xml, flags);
  }

  /** The same, told by TypedParam.DOMAIN_SAVE_PARAM_*. libvirt 8.4 and newer. */
  async saveParams(params: TypedParameters, flags: DomainSaveRestoreFlags | 0 = 0): Promise<void> {
    await this.call('virDomainSaveParams', params, flags);
  }

  /** Writes the guest's memory to a file of the host, for a debugger. */
  async coreDump(file: string, format: DomainCoreDumpFormat = 0, flags: DomainCoreDumpFlags | 0 = 0): Promise<void> {
    await this.call('virDomainCoreDumpWithFormat', file, format, flags);
  }
}
