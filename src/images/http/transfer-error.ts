import { HvError } from '../../errors';

/** Why a transfer failed, and whether another attempt may go better. */
export class TransferError extends HvError {
  readonly again: boolean;

  constructor(message: string, { again, hint, cause }: { again: boolean; hint?: string | undefined; cause?: unknown }) {
    super({ code: 'ERR_DOWNLOAD', message, hint, cause });
    this.again = again;
    // For whoever decides on another attempt, not for whoever reads it.
    Object.defineProperty(this, 'again', { enumerable: false });
  }
}
