import { HvError } from '../../errors';

/** libvirt's daemon takes no map that is longer. */
const MOST_CPUS = 16_384;

/** The bits of a map of host CPUs, the lowest first, as their numbers. */
export function cpusOf(map: Uint8Array): number[] {
  return [...map].flatMap((byte, index) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (1 << bit)).map((bit) => index * 8 + bit),
  );
}

export function cpuMapOf(cpus: readonly number[]): Uint8Array {
  const wrong = cpus.find((cpu) => !Number.isInteger(cpu) || cpu < 0 || cpu >= MOST_CPUS);
  if (wrong !== undefined) {
    throw new HvError({ code: 'ERR_INVALID_ARGUMENT', message: `${wrong} is not the number of a CPU` });
  }
  const highest = cpus.reduce((most, cpu) => Math.max(most, cpu), 0);
  const map = new Uint8Array((highest >> 3) + 1);
  for (const cpu of cpus) map[cpu >> 3] = (map[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  return map;
}
