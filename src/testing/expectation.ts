import type { Subject } from './subject';

/** One thing that a driver has to do. */
export interface Expectation {
  name: string;
  check: (subject: Subject) => Promise<void>;
}

/** What is expected of a driver that has an ability, and of one that has not. */
export interface AbilityExpectations {
  has: readonly Expectation[];
  lacks: readonly Expectation[];
}

export function expectation(name: string, check: Expectation['check']): Expectation {
  return { name, check };
}
