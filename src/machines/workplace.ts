import type { DockerHome } from './docker-home';
import type { Drivers } from './drivers';
import type { HomeFolder } from './home';
import type { Store } from './store';

/** What work on the machines of a home needs. */
export interface Workplace {
  readonly home: HomeFolder;
  readonly store: Store;
  readonly drivers: Drivers;
  /** What its Docker hosts share. */
  readonly docker: DockerHome;
  readonly env: NodeJS.ProcessEnv;
  /** How long a machine may take from its start until it answers, where nobody says otherwise. */
  readyMs(): Promise<number>;
  /** What people should know once. */
  warn: (message: string) => void;
}
