import { ConnectedObject } from './object';

export class NodeDevice extends ConnectedObject<'NodeDevice'> {
  async xml(flags = 0): Promise<string> {
    return this.call('virNodeDeviceGetXMLDesc', flags);
  }
}
