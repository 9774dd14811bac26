import type { Handle, ParameterValues, TypedParameters } from './binding-types';
import type { Network } from './network';
import { ConnectedObject } from './object';

/** What one guest's interface is plugged into: a port of a running network. */
export class NetworkPort extends ConnectedObject<'NetworkPort'> {
  readonly network: Network;

  constructor(handle: Handle<'NetworkPort'>, network: Network) {
    super(handle, network.connection);
    this.network = network;
  }

  protected override identity(): Record<string, unknown> {
    return { network: this.network.name, uuid: this.uuid };
  }

  get uuid(): string {
    return this.field('virNetworkPortGetUUIDString');
  }

  async xml(flags = 0): Promise<string> {
    return this.call('virNetworkPortGetXMLDesc', flags);
  }

  /** Limits of its traffic: `inbound.` or `outbound.`, then `average`, `peak`, `floor` (KiB per second) or `burst` (KiB). */
  async parameters(flags = 0): Promise<ParameterValues> {
    return this.call('virNetworkPortGetParameters', flags);
  }

  async setParameters(parameters: TypedParameters, flags = 0): Promise<void> {
    await this.call('virNetworkPortSetParameters', parameters, flags);
  }

  async delete(flags = 0): Promise<void> {
    await this.call('virNetworkPortDelete', flags);
  }
}
