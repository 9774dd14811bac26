import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Cli, type CliOptions } from './cli';

const MADE = join(__dirname, '..', '..', 'build', 'guest');
const IMAGE = join(MADE, 'cloud.qcow2');

/** What apt-get would fetch to install Docker in it, as a repository. */
export const PACKAGES = join(MADE, 'cloud-packages');
/** Larger than the image's disk: the guest has to make its file system grow. */
export const SIZE = ['--cpus', '2', '--memory', '1G', '--disk', '3G'];
/** Of a test: guests of software take their time where others are at work. */
export const LONG = 20 * 60_000;

/** The disk that guest/build-cloud has made. */
export function imageFlags(): string[] {
  const sha256 = createHash('sha256').update(readFileSync(IMAGE)).digest('hex');
  return ['--image', IMAGE, '--checksum', `sha256:${sha256}`];
}

/** One that waits as many seconds as a distribution takes to boot under software emulation on a busy host. */
export function patientCli({ patience = 400, ...options }: Omit<CliOptions, 'env'> = {}): Cli {
  return new Cli({ ...options, patience, env: { HVKIT_TIMEOUT: String(patience) } });
}
