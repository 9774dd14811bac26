/** What a console says when it is over: a guest that has said this does not come up any more. */
export interface Sign {
  /** In a line of its own, without what stands before and after it. */
  line: RegExp;
  /** What it means, as a sentence about the guest goes on. */
  means: string;
  hint?: string;
  /** What comes behind it says why. Of others it is what came before. */
  reports?: true;
}

const OTHER_IMAGE = 'Take another image, such as --image micro.';

export const SIGNS: readonly Sign[] = [
  { line: /Kernel panic - not syncing/, means: 'its kernel panicked', reports: true },
  {
    line: /KVM internal error/,
    means: 'KVM cannot run it on this host',
    hint: '--accel tcg runs it in software.',
    reports: true,
  },
  {
    line: /No bootable device|Boot failed: not a bootable disk|BdsDxe: No bootable option/i,
    means: 'the firmware found nothing to boot from',
    hint: OTHER_IMAGE,
  },
  {
    line: /^Shell>$/,
    means: 'the firmware found nothing to boot from, and shows a shell of its own',
    hint: OTHER_IMAGE,
  },
  { line: /error: (?:no such partition|unknown filesystem)\.?$/, means: 'its boot loader failed', hint: OTHER_IMAGE },
  { line: /You are in (?:emergency|rescue) mode/, means: 'its system went into emergency mode' },
  { line: /^hvkit: no network interface/, means: 'it found no network interface' },
  {
    // Behind the prompt of the shell on its console, by then.
    line: /\bhvkit: no DHCP lease$/,
    means: 'no DHCP server answered it',
    hint: 'Does the DHCP server of its network run? hvkit doctor looks. --network user works without one.',
  },
  { line: /^hvkit: no seed/, means: 'it did not find its seed, so nobody can log in' },
  { line: /^hvkit: the seed on .* (?:cannot be read|ssh will not let anybody in)/, means: 'it could not use its seed' },
];

/** All that starts by itself in the guest has started: who does not answer by then does not answer. */
export const STARTED: readonly Sign[] = [
  // Behind the prompt of the console, by then.
  { line: /\bCloud-init v\. \S+ finished at /, means: 'its cloud-init has finished' },
];
/** What it starts first: it tells as well when it has finished. */
export const CLOUD_INIT_BEGINS = /\bCloud-init v\. \S+ running /;
/** The prompt of getty. Whatever is there by then, an ssh server mostly comes at the same time. */
export const LOGIN = /^(?:[\w.-]+ )?login:/;
/** It starts over. */
export const RESTARTS = /\breboot: Restarting system|SeaBIOS \(version|BdsDxe: |\bLinux version \d/;

/** A line as it is meant: without colours and what moves the cursor. */
export function plainLine(line: string): string {
  const { stripVTControlCharacters } = require('node:util') as typeof import('node:util');
  return stripVTControlCharacters(line)
    .replaceAll(/\p{Cc}/gu, '')
    .trim();
}

export function signIn(line: string): Sign | undefined {
  return SIGNS.find((sign) => sign.line.test(line));
}
