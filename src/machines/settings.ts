import type { Json } from '../resources/resource';

export interface Setting {
  key: string;
  value?: Json;
  /** `$HVKIT_CPUS`, `config.yaml`, `default`. */
  source: string;
  description: string;
}

/** The defaults of this home. Before them come the request and the environment: HVKIT_CPUS, MACHINE_DRIVER. */
export interface Settings {
  get(key: string): Promise<Json | undefined>;
  /** A string is read as people write it: `4`, `2G`, `true`. */
  set(key: string, value: Json): Promise<void>;
  unset(key: string): Promise<void>;
  list(): Promise<Setting[]>;
}
