import type { Virtualization } from './virtualization';

/** What macOS says of itself: `kern.hv_support`, null where it has no such setting. Nothing is run to try it, as on Linux. */
export function judgeSupport(support: boolean | null): Virtualization {
  if (support === true) {
    return { usable: true, reason: 'works', detail: 'macOS says that it runs guests here (kern.hv_support is 1)' };
  }
  const said = support === null ? 'there is no kern.hv_support' : 'kern.hv_support is 0';
  return {
    usable: false,
    reason: 'no-device',
    detail: `macOS offers no virtualization here: ${said}`,
    hint: 'Intel Macs have it since 2011. One that is itself a guest has it where its hypervisor passes it on (nested).',
  };
}
