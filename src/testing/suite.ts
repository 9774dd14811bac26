import type { Capabilities } from '../drivers/driver';
import { autostart } from './abilities/autostart';
import { console } from './abilities/console';
import { leases } from './abilities/leases';
import { logs } from './abilities/logs';
import { pause } from './abilities/pause';
import { publish } from './abilities/publish';
import { shares } from './abilities/shares';
import { definition } from './definition';
import { endings } from './endings';
import { life, lifeWithoutPower } from './life';
import type { AbilityExpectations, Expectation } from './expectation';
import type { LifecycleSuite } from './options';
import { steps, stepsWithoutPower } from './steps';
import { Subject } from './subject';

type Abilities = Partial<Record<keyof Capabilities, AbilityExpectations>>;

/** Seen on the machine that is there anyway. */
const ON_THE_WAY: Abilities = { pause, console, leases };
/** These need one that is made for them. */
const BY_THEMSELVES: Abilities = { shares, publish, autostart };

/**
 * Registers the tests of a driver with a runner: what every driver has to do, and of each ability what it has to do or to
 * refuse. They share a machine and run one after the other; each brings that machine into the state that it needs.
 */
export function lifecycleSuite(suite: LifecycleSuite): void {
  const { run, label = suite.definition.name } = suite;
  const subject = new Subject(suite);
  const of = (abilities: Abilities): Expectation[] =>
    Object.entries(abilities).flatMap(([name, { has, lacks }]) =>
      subject.has(name as keyof Capabilities) ? has : lacks,
    );
  // A guest takes long to boot: as many as can share one.
  const [own, taken] = subject.hasPower ? [life, steps] : [lifeWithoutPower, stepsWithoutPower];
  const all = [...definition, ...own, ...logs, ...of(ON_THE_WAY), ...endings, ...of(BY_THEMSELVES), ...taken];
  for (const { name, check } of all) {
    run.test(`${label}: ${name}`, () => check(subject));
  }
  run.after(() => subject.close());
}
