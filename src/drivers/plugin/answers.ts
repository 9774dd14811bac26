import type { MachineState } from '../driver';
import { garbage } from './gob/garbage';
import type { GobValue } from './gob/value';

/** By their numbers; 0 is of a machine that there is not. */
const STATES: readonly (MachineState | undefined)[] = [
  undefined,
  'Running',
  'Paused',
  'Saved',
  'Stopped',
  'Stopping',
  'Starting',
  'Error',
  'Timeout',
];

export function numberIn(value: GobValue, method: string): number {
  if (typeof value === 'number') return value;
  throw garbage(`no number as what ${method} tells`);
}

export function stateIn(value: GobValue): MachineState | undefined {
  const number = numberIn(value, 'GetState');
  if (number in STATES) return STATES[number];
  throw garbage(`the state ${number}`);
}

export function textIn(value: GobValue, method: string): string {
  if (typeof value === 'string') return value;
  throw garbage(`no text as what ${method} tells`);
}

/** No object is made of it: large numbers in it would be others. */
export function configIn(raw: GobValue): string {
  const text = raw instanceof Uint8Array ? Buffer.from(raw).toString() : '';
  if (/^\s*\{/.test(text)) return text;
  // Not what it is: it may hold secrets.
  throw garbage('a configuration that is no object');
}
