import { ConnectedObject } from './object';

export class Network extends ConnectedObject<'Network'> {
  async xml(flags = 0): Promise<string> {
    return this.call('virNetworkGetXMLDesc', flags);
  }
}
