import type { Capabilities, Health } from '../drivers/driver';
import type { Json } from '../resources/resource';

/** One of a driver's own options: a flag, a variable, a key of config.yaml. */
export interface DriverOption {
  /** As the driver's schema has it: `cacheMode`. */
  name: string;
  /** `--kvm-cache-mode`. */
  flag: string;
  /** `KVM_CACHE_MODE`. */
  variable: string;
  /** `kvm.cacheMode`. */
  setting: string;
  description: string;
  type: 'string' | 'number' | 'boolean' | 'list';
  /** Of a string that is one of a few. */
  choices?: readonly string[];
  default?: Json;
}

export interface DriverInfo {
  name: string;
  aliases: readonly string[];
  health: Health;
  capabilities: Capabilities;
  /** The one that create() takes when none is named. */
  default: boolean;
}
