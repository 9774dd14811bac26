import { createRequire } from 'node:module';
import { join } from 'node:path';

import { guestLike, LONGEST_MS, whileLoggedIn } from '../machines/guests.mjs';
import { certificatesIn } from './certificates.mjs';

const DOCKER_PORT = 2376;
const PLACE = {
  host: '127.0.0.1',
  port: 2222,
  mac: '52:54:00:be:4e:01',
  forwards: [{ host: 2476, guest: DOCKER_PORT }],
};

/** A guest, and what makes a Docker host of it. All of it is there before the time runs. */
export async function hostLike(bench, home, like) {
  const guest = guestLike(bench, home, like, PLACE);
  const { ca, certificate, key } = await certificatesIn(bench, guest.folder);
  const { daemonJson } = createRequire(import.meta.url)(join(bench.root, 'dist', 'docker', 'daemon-json.js'));
  const script = scriptOf({
    'ca.pem': ca,
    'server.pem': certificate,
    'server-key.pem': key,
    'daemon.json': daemonJson({ engine: like.spec.docker.engine, labels: [`provider=${like.driver}`] }),
  });
  return { ...guest, script, url: `tcp://${PLACE.host}:${PLACE.forwards[0].host}` };
}

/** What somebody sends who is in a hurry: all at once. */
function scriptOf(files) {
  const writes = Object.entries(files).map(
    ([name, text]) => `cat >/etc/docker/${name} <<'END'\n${text.trimEnd()}\nEND\n`,
  );
  return `umask 077\n${writes.join('')}/usr/lib/hvkit/docker restart </dev/null\n`;
}

/** From the first login until its Docker answers. */
export async function dockerByHand(bench, guest) {
  const require = createRequire(import.meta.url);
  const { exec } = require(join(bench.root, 'dist', 'ssh', 'exec.js'));
  const { dockerAnswers } = require(join(bench.root, 'dist', 'machines', 'docker-ready.js'));
  await whileLoggedIn(bench, guest, async (client) => {
    const { status, stderr } = await exec(client, 'sudo', ['-n', 'sh', '-eu'], {
      stdin: guest.script,
      timeoutMs: LONGEST_MS,
    });
    if (status !== 0) throw new Error(`Docker was not set up: ${stderr}`);
  });
  await dockerAnswers(
    { url: guest.url, certPath: guest.folder, tlsVerify: true },
    { name: 'bench', timeoutMs: LONGEST_MS, signal: new AbortController().signal, log: async () => '' },
  );
}
