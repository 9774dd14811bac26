import type { MachineSummary } from '../index';
import { UsageError } from './report';

/** `all`: the machines among which it is. */
type Test = (machine: MachineSummary, all: readonly MachineSummary[]) => boolean;

/** docker-machine's keys: several of one key are alternatives, several keys must all hold. */
const KEYS: Readonly<Record<string, (value: string) => Test>> = {
  driver: (value) => (machine) => same(machine.driver ?? '', value),
  state: (value) => (machine) => same(machine.state, value),
  name: (value) => {
    const pattern = regularExpression(value);
    return (machine) => pattern.test(machine.name);
  },
  label: (value) => {
    const [name, wanted] = parted(value);
    const { dockerIn } = require('./docker-machine/options') as typeof import('./docker-machine/options');
    return ({ spec }) =>
      (dockerIn(spec)?.engine.labels ?? []).map(parted).some(([key, has = '']) => {
        return key === name && (wanted === undefined || same(has, wanted));
      });
  },
  swarm: (value) => (machine, all) => {
    const { swarmMasterOf } = require('./docker-machine/item') as typeof import('./docker-machine/item');
    return same(swarmMasterOf(machine, all) ?? '', value);
  },
};

export function matcher(filters: readonly string[]): Test {
  const byKey = new Map<string, Test[]>();
  for (const filter of filters) {
    const [, given = '', value = ''] = /^([^=]*)=(.*)$/s.exec(filter) ?? [];
    const key = given.toLowerCase();
    const make = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    if (make === undefined) {
      const hint = 'write driver=NAME, state=STATE, name=REGULAR-EXPRESSION, label=KEY=VALUE or swarm=NAME';
      throw new UsageError(`"${filter}" is no filter`, hint);
    }
    byKey.set(key, [...(byKey.get(key) ?? []), make(value)]);
  }
  return (machine, all) => [...byKey.values()].every((tests) => tests.some((test) => test(machine, all)));
}

/** `key=value`; a bare `key` is one whatever its value. */
function parted(label: string): [key: string, value?: string] {
  const [, key = label, value] = /^([^=]*)=(.*)$/s.exec(label) ?? [];
  return value === undefined ? [key] : [key, value];
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
