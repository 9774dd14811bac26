import type { Handle } from './binding-types';
import type { DomainChannelFlags, DomainConsoleFlags } from './enums';
import { ConnectedObject } from './object';
import { LibvirtStream } from './stream';

/** What of a domain is a stream of bytes: its consoles, its channels, its picture. */
export abstract class DomainConsole extends ConnectedObject<'Domain'> {
  /** A serial console; without a name the first. Only one reader at a time, unless FORCE ends the other. */
  openConsole(device: string | null = null, flags: DomainConsoleFlags | 0 = 0): Promise<LibvirtStream> {
    return this.#open('both', (stream) => this.call('virDomainOpenConsole', device, stream, flags));
  }

  /** A channel between host and guest, by the name of its target. */
  openChannel(name: string | null = null, flags: DomainChannelFlags | 0 = 0): Promise<LibvirtStream> {
    return this.#open('both', (stream) => this.call('virDomainOpenChannel', name, stream, flags));
  }

  /** What the screen shows, as an image of the type told. */
  async screenshot(screen = 0, flags = 0): Promise<{ mimeType: string; image: LibvirtStream }> {
    let mimeType = '';
    const image = await this.#open('read', async (stream) => {
      mimeType = await this.call('virDomainScreenshot', stream, screen, flags);
    });
    return { mimeType, image };
  }

  #open(direction: 'read' | 'both', start: (stream: Handle<'Stream'>) => Promise<unknown>): Promise<LibvirtStream> {
    return LibvirtStream.open(this.connection, direction, start);
  }
}
