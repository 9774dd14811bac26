import XMLBuilder from 'fast-xml-builder';

import { parsePlist } from '../../../native/vmnet';
import type { HelperPlace } from './place';

export interface DaemonPlace extends HelperPlace {
  /** The table of the DHCP server that serves vmnet. */
  readonly leases: string;
}

export const LABEL = 'dev.hvkit.vmnet';

const HEAD =
  '<?xml version="1.0" encoding="UTF-8"?>\n' +
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n';
/** Of the words that start the helper: all before the users'. */
const FIXED_WORDS = 5;

const builder = new XMLBuilder({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  suppressEmptyNode: true,
  processEntities: true,
  format: true,
  indentBy: '\t',
});

/** What tells launchd of the helper: that it runs from now on, for these users, and is started again if it ends. */
export function daemonPlist({ program, socket, state, leases, log }: DaemonPlace, users: readonly number[]): string {
  const words = [program, 'listen', socket, state, leases, ...users.map(String)];
  const dict = [
    ...entry('Label', string(LABEL)),
    ...entry('ProgramArguments', { array: words.map(string) }),
    ...entry('RunAtLoad', { true: [] }),
    ...entry('KeepAlive', { true: [] }),
    // Machines that run keep their network when this is stopped or replaced.
    ...entry('AbandonProcessGroup', { true: [] }),
    ...entry('ProcessType', string('Interactive')),
    ...entry('StandardErrorPath', string(log)),
  ];
  const body = builder.build([{ plist: [{ dict }], ':@': { version: '1.0' } }]);
  return `${HEAD}${body.trimStart()}
`;
}

/** For whom the helper is, by what tells launchd of it. Nobody, where that is not of our making. */
export function usersOf(plist: Uint8Array): number[] {
  const dict = parsePlist(plist);
  const words = dict instanceof Map ? dict.get('ProgramArguments') : undefined;
  if (!Array.isArray(words)) return [];
  return words
    .slice(FIXED_WORDS)
    .flatMap((word) => (typeof word === 'string' && /^\d+$/.test(word) ? [Number(word)] : []));
}

const text = (value: string) => [{ '#text': value }];
const string = (value: string) => ({ string: text(value) });
const entry = (key: string, value: object) => [{ key: text(key) }, value];
