import { ConnectedObject } from './object';

export class Secret extends ConnectedObject<'Secret'> {
  async xml(flags = 0): Promise<string> {
    return this.call('virSecretGetXMLDesc', flags);
  }
}
