import { ConnectedObject } from './object';

export class StoragePool extends ConnectedObject<'StoragePool'> {
  async xml(flags = 0): Promise<string> {
    return this.call('virStoragePoolGetXMLDesc', flags);
  }
}
