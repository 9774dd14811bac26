import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What a docker client is given as DOCKER_CERT_PATH. */
export const CLIENT_FILES = ['ca.pem', 'cert.pem', 'key.pem'];

/** A server's certificate and key for this host, by a CA of the folder's own; the client's files lie in the folder. */
export async function certificatesIn(bench, folder) {
  const require = createRequire(import.meta.url);
  const { openAuthority } = require(join(bench.root, 'dist', 'docker', 'certificates', 'index.js'));
  const authority = await openAuthority({ folder, withLock: (work) => work() });
  return authority.issueServer({ names: ['bench'], addresses: ['127.0.0.1'] });
}
