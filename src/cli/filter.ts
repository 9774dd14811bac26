import type { MachineSummary } from '../index';
import { UsageError } from './report';

type Test = (machine: MachineSummary) => boolean;

/** docker-machine's keys: several of one key are alternatives, several keys must all hold. */
const KEYS: Readonly<Record<string, (value: string) => Test>> = {
  driver: (value) => (machine) => same(machine.driver ?? '', value),
  state: (value) => (machine) => same(machine.state, value),
  name: (value) => {
    const pattern = regularExpression(value);
    return (machine) => pattern.test(machine.name);
  },
};

export function matcher(filters: readonly string[]): Test {
  const byKey = new Map<string, Test[]>();
  for (const filter of filters) {
    const [, key = '', value = ''] = /^([^=]*)=(.*)$/s.exec(filter) ?? [];
    const make = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    if (make === undefined) {
      throw new UsageError(`"${filter}" is no filter`, 'write driver=NAME, state=STATE or name=REGULAR-EXPRESSION');
    }
    byKey.set(key, [...(byKey.get(key) ?? []), make(value)]);
  }
  return (machine) => [...byKey.values()].every((tests) => tests.some((test) => test(machine)));
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function regularExpression(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (error) {
    throw new UsageError(`name=${source}: ${(error as Error).message}`);
  }
}
