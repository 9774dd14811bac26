import { invalidArgument } from './errors';
import { requireArray } from './options';

/** libvirt's daemon takes no map that is longer. */
const MOST_CPUS = 16_384;

/** The bits of a map of host CPUs, the lowest first, as their numbers. */
export function cpusOf(map: Uint8Array): number[] {
  return [...map].flatMap((byte, index) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (1 << bit)).map((bit) => index * 8 + bit),
  );
}

export function cpuMapOf(cpus: readonly number[]): Uint8Array {
  requireArray(cpus, 'the CPUs');
  // By its place: what is wrong may be undefined itself.
  const wrong = cpus.findIndex((cpu) => !Number.isInteger(cpu) || cpu < 0 || cpu >= MOST_CPUS);
  if (wrong >= 0) throw invalidArgument(`${String(cpus[wrong])} is not the number of a CPU`);
  const highest = cpus.reduce((most, cpu) => Math.max(most, cpu), 0);
  const map = new Uint8Array((highest >> 3) + 1);
  for (const cpu of cpus) map[cpu >> 3] = (map[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  return map;
}
