import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of a test's own, which goes with the test. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'hvkit test '));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
