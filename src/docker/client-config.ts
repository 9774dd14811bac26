import { join } from 'node:path';

import type { DockerClient } from './environment';

/**
 * What `hvkit config NAME` prints, for `docker $(hvkit config NAME) ps`: an option a line. The quotes reach the docker client as
 * they are, and it takes them off by itself.
 */
export function clientConfig({ url, certPath }: Omit<DockerClient, 'name'>): string {
  const host = `-H=${url}`;
  if (certPath === undefined) return `${host}\n`;
  const file = (name: string): string => `"${join(certPath, name)}"`;
  return [
    '--tlsverify',
    `--tlscacert=${file('ca.pem')}`,
    `--tlscert=${file('cert.pem')}`,
    `--tlskey=${file('key.pem')}`,
    host,
    '',
  ].join('\n');
}
