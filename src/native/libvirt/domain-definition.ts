import type { SecurityLabel } from './binding-types';
import { DomainSaving } from './domain-saving';
import {
  DomainMetadataType,
  ErrorNumber,
  type DomainDeviceModifyFlags,
  type DomainMessageType,
  type DomainModificationImpact,
  type DomainXMLFlags,
} from './enums';
import { requireString } from './options';
import { LibvirtError } from './errors';

/** What a domain is made of: its XML, its devices, and what people and programs noted about it. */
export abstract class DomainDefinition extends DomainSaving {
  /** Its XML: of the running machine, or with INACTIVE of its next start. */
  async xml(flags: DomainXMLFlags | 0 = 0): Promise<string> {
    return this.call('virDomainGetXMLDesc', flags);
  }

  /** `hvm` for a full machine. */
  async osType(): Promise<string> {
    return this.call('virDomainGetOSType');
  }

  /** Plugs in the device that the XML describes: now (LIVE), for later starts (CONFIG), or both. */
  async attachDevice(xml: string, flags: DomainDeviceModifyFlags = 0): Promise<void> {
    await this.call('virDomainAttachDeviceFlags', xml, flags);
  }

  /** A running guest may take its time to let go of the device: the event `deviceRemoved` tells. */
  async detachDevice(xml: string, flags: DomainDeviceModifyFlags = 0): Promise<void> {
    await this.call('virDomainDetachDeviceFlags', xml, flags);
  }

  /** By the alias that the device has in the XML. */
  async detachDeviceAlias(alias: string, flags: DomainDeviceModifyFlags = 0): Promise<void> {
    await this.call('virDomainDetachDeviceAlias', alias, flags);
  }

  /** Changes a device that is there: another medium, another network. */
  async updateDevice(xml: string, flags: DomainDeviceModifyFlags = 0): Promise<void> {
    await this.call('virDomainUpdateDeviceFlags', xml, flags);
  }

  /** A line for people; undefined if there is none. */
  async title(flags: DomainModificationImpact = 0): Promise<string | undefined> {
    return this.#metadata(DomainMetadataType.TITLE, null, flags);
  }

  /** undefined removes it. */
  async setTitle(title: string | undefined, flags: DomainModificationImpact = 0): Promise<void> {
    await this.call('virDomainSetMetadata', DomainMetadataType.TITLE, title ?? null, null, null, flags);
  }

  /** Any text for people; undefined if there is none. */
  async description(flags: DomainModificationImpact = 0): Promise<string | undefined> {
    return this.#metadata(DomainMetadataType.DESCRIPTION, null, flags);
  }

  /** undefined removes it. */
  async setDescription(text: string | undefined, flags: DomainModificationImpact = 0): Promise<void> {
    await this.call('virDomainSetMetadata', DomainMetadataType.DESCRIPTION, text ?? null, null, null, flags);
  }

  /** A program's own XML element, by the URI of its namespace; undefined if there is none. */
  async metadata(uri: string, flags: DomainModificationImpact = 0): Promise<string | undefined> {
    return this.#metadata(DomainMetadataType.ELEMENT, uri, flags);
  }

  /** Puts one XML element in, in the place of the one that this namespace had; `prefix` is the namespace's in the XML. */
  async setMetadata(uri: string, prefix: string, xml: string, flags: DomainModificationImpact = 0): Promise<void> {
    // libvirt takes what was forgotten for the wish to remove it.
    requireString(xml, 'the XML element');
    requireString(prefix, 'the prefix');
    await this.call('virDomainSetMetadata', DomainMetadataType.ELEMENT, xml, prefix, uri, flags);
  }

  async removeMetadata(uri: string, flags: DomainModificationImpact = 0): Promise<void> {
    await this.call('virDomainSetMetadata', DomainMetadataType.ELEMENT, null, null, uri, flags);
  }

  /** The label that the host's security driver gave to the running domain. */
  async securityLabel(): Promise<SecurityLabel> {
    return this.call('virDomainGetSecurityLabel');
  }

  /** One for each security driver of the host. */
  async securityLabels(): Promise<SecurityLabel[]> {
    return this.call('virDomainGetSecurityLabelList');
  }

  /** What libvirt finds worth a warning: deprecated settings, taints; 0 is all. libvirt 7.1 and newer. */
  async messages(types: DomainMessageType | 0 = 0): Promise<string[]> {
    return this.call('virDomainGetMessages', types);
  }

  async #metadata(
    type: DomainMetadataType,
    uri: string | null,
    flags: DomainModificationImpact,
  ): Promise<string | undefined> {
    try {
      return await this.call('virDomainGetMetadata', type, uri, flags);
    } catch (error) {
      if (LibvirtError.is(error) && error.number === ErrorNumber.NO_DOMAIN_METADATA) return undefined;
      throw error;
    }
  }
}
