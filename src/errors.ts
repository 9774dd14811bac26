const BRAND: unique symbol = Symbol.for('hvkit.HvError');

/** What `HvError` is made of. `code` is for programs, `message` for people, `hint` is the next thing to type or try. */
export interface HvErrorInit {
  code: string;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
}

/** Every error hvkit throws on purpose. The codes are listed in docs/errors.md and do not change. */
export class HvError extends Error {
  readonly code: string;
  declare readonly hint: string | undefined;

  constructor({ code, message, hint, cause }: HvErrorInit) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    // Only where there is one: console.log shows every field.
    if (hint !== undefined) this.hint = hint;
  }

  static {
    // On the prototype, so that a subclass in another copy of the package carries it as well.
    Object.defineProperty(this.prototype, 'name', { value: 'HvError', configurable: true, writable: true });
    Object.defineProperty(this.prototype, BRAND, { value: true });
  }

  /** Tells an HvError also across realms and across two copies of the package, where `instanceof` says no. */
  static is(error: unknown): error is HvError {
    return typeof error === 'object' && error !== null && BRAND in error;
  }
}
