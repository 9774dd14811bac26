// Docker daemons as far as somebody asks for their version, over TLS with the certificates of a folder, and servers that take a
// connection and say nothing. Both are made on demand, as many as are counted, and live as long as this process.
import { readFileSync } from 'node:fs';
import { createServer as createSilent } from 'node:net';
import { createServer } from 'node:https';
import { once } from 'node:events';
import { join } from 'node:path';

import { serve } from '../harness/serve.mjs';
import { versionOf } from './versions.mjs';

const [folder] = process.argv.slice(2);
const ABOUT = { ApiVersion: '1.41', MinAPIVersion: '1.12', Os: 'linux', Arch: 'amd64', GoVersion: 'go1.19.8' };

await serve(
  {},
  {
    answering: async (count) => ({ ports: await Promise.all(numbers(count).map(answering)) }),
    silent: async (count) => ({ ports: await Promise.all(numbers(count).map(silent)) }),
  },
);

function numbers(count) {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function answering(number) {
  const [ca, cert, key] = ['ca.pem', 'server.pem', 'server-key.pem'].map((name) => readFileSync(join(folder, name)));
  const answers = { _ping: 'OK', version: JSON.stringify({ ...ABOUT, Version: versionOf(number) }) };
  return listening(
    createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: true }, ({ url }, response) => {
      const text = answers[url.split('/').at(-1)];
      response.writeHead(text === undefined ? 404 : 200, { 'api-version': ABOUT.ApiVersion, ostype: ABOUT.Os });
      response.end(text);
    }),
  );
}

function silent() {
  // Who gives up is not held.
  return listening(createSilent((socket) => socket.on('error', () => socket.destroy()).resume()));
}

/** At which port. It ends with the input. */
async function listening(server) {
  server.on('connection', (socket) => socket.unref());
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return server.address().port;
}
