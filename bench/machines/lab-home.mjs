import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A home for machines that run, with the image micro in its cache: nothing is fetched here. It ends with the lab. */
export class LabHome {
  #program;
  #compiled;
  path = mkdtempSync('/var/lib/libvirt/home-');

  constructor(bench) {
    this.#compiled = bench.folder;
    this.#program = join(bench.root, 'bin', 'hvkit.js');
    cpSync(process.env.HVKIT_LAB_IMAGES, join(this.path, 'cache'), { recursive: true });
  }

  /** The whole command, from its start to its end. */
  hvkit(...words) {
    const { status, stdout, stderr, error } = spawnSync(process.execPath, [this.#program, ...words], {
      env: { ...process.env, HVKIT_HOME: this.path, XDG_CACHE_HOME: this.#compiled },
      encoding: 'utf8',
    });
    if (error) throw error;
    if (status !== 0) throw new Error(`hvkit ${words.join(' ')} ended with ${status}: ${stdout}${stderr}`);
    return stdout;
  }

  /** What is written of a machine in its file. */
  record(name) {
    return JSON.parse(readFileSync(join(this.path, 'machines', name, 'machine.json'), 'utf8'));
  }
}
