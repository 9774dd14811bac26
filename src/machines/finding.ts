import type { Json } from '../resources/resource';
import type { HvError } from '../errors';

export type FindingKind =
  /** Recorded, and not there. */
  | 'missing'
  /** There, and not as recorded. */
  | 'drifted'
  /** A step that a killed process began and did not end. */
  | 'unfinished'
  /** It could not be looked at: `error` says why. */
  | 'unreadable'
  /** Bears this home's mark and belongs to no machine. */
  | 'orphan'
  /** A machine's file that cannot be read, or a machine whose creation or removal never ended. */
  | 'machine'
  /** The driver itself is not healthy. */
  | 'driver';

/** Something that is not as it should be. */
export interface Finding {
  kind: FindingKind;
  /** For people, in a sentence. */
  message: string;
  machine?: string;
  driver?: string;
  /** Id of the resource: `disk`, `domain`. */
  resource?: string;
  /** The next thing to type. */
  hint?: string;
  recorded?: Json;
  found?: Json;
  error?: HvError;
  /** After repair(): whether it was put right; if not, `error` or `hint` says why. */
  mended?: boolean;
}
