import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

import { Hvkit } from '../../src/machines/hvkit';
import type { MachineRecord } from '../../src/machines/machine-file';
import type { CreateRequest } from '../../src/machines/request';
import { fileDriver } from './file-driver';
import { Folder } from './folder';
import { writeImage } from './guest';

/** A home of a test's own, with machines of the file driver; all that they run ends with it. */
export class TestHome implements AsyncDisposable {
  readonly folder = new Folder();
  readonly path = join(this.folder.path, 'home');
  readonly image: string = this.folder.path;
  readonly warnings: string[] = [];
  readonly #open: Hvkit[] = [];

  constructor() {
    writeImage(this.image, userInfo().username);
  }

  /** As a process of its own would have it. */
  open(env: NodeJS.ProcessEnv = {}): Hvkit {
    const hvkit = new Hvkit({
      home: this.path,
      drivers: [fileDriver],
      env: { PATH: process.env['PATH'], HOME: this.folder.path, ...env },
      onWarning: (message) => this.warnings.push(message),
    });
    this.#open.push(hvkit);
    return hvkit;
  }

  request(name: string, options: CreateRequest['options'] = {}): CreateRequest {
    return { name, image: this.image, options };
  }

  file(name: string): MachineRecord {
    return JSON.parse(readFileSync(join(this.path, 'machines', name, 'machine.json'), 'utf8')) as MachineRecord;
  }

  /** What there is of machines, in the home and in what stands for a hypervisor. */
  get remains(): string[] {
    const host = join(this.path, 'host');
    const ids = existsSync(host) ? readdirSync(host) : [];
    return [join(this.path, 'machines'), ...ids.map((id) => join(host, id))].flatMap((folder) =>
      existsSync(folder) ? readdirSync(folder) : [],
    );
  }

  /** The processes that were started in it: those of guests. */
  get processes(): string[] {
    return readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(this.path);
      } catch (error) {
        // It ended, or is the kernel's own.
        if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
        throw error;
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const last = this.open();
    for (const { name, uuid } of await last.list()) {
      // Of one whose file was damaged by the test there is nothing to remove.
      if (uuid !== undefined) await (await last.machine(name)).remove({ force: true });
    }
    for (const hvkit of this.#open) await hvkit.close();
    this.folder[Symbol.dispose]();
  }
}

/** One whose guests have only to run, so that a start takes no time. */
export function runningHome(): TestHome {
  const home = new TestHome();
  writeFileSync(join(home.image, 'image.json'), JSON.stringify({ arch: 'x86_64', user: 'nobody', init: 'none' }));
  return home;
}
