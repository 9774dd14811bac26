import type { ClientRequest, IncomingMessage } from 'node:http';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { HvError } from '../errors';

/** No answer about a version is longer. */
const LONGEST_ANSWER = 64 * 1024;

export interface Daemon {
  /** `tcp://192.168.122.10:2376`. */
  url: string;
  /** The folder with ca.pem, cert.pem and key.pem. */
  certPath: string;
  tlsVerify: boolean;
}

/** Which version of Docker answers there. Who waits for it says by the signal until when. */
export async function daemonVersion(daemon: Daemon, signal: AbortSignal): Promise<string> {
  const { url } = daemon;
  let answer: IncomingMessage;
  try {
    answer = await asked(daemon, signal);
    const text = await textOf(answer);
    const version = answer.statusCode === 200 ? versionIn(text) : undefined;
    if (version !== undefined) return version;
  } catch (error) {
    throw refused(url, error, signal);
  }
  throw new HvError({
    code: 'ERR_DOCKER_NOT_READY',
    message: `What answers at ${url} does not tell Docker's version: status ${answer.statusCode ?? 'unknown'}`,
  });
}

async function asked({ url, certPath, tlsVerify }: Daemon, signal: AbortSignal): Promise<IncomingMessage> {
  signal.throwIfAborted();
  const { hostname, port } = new URL(url.replace(/^tcp:/, 'http:'));
  // An address with colons stands in brackets in a URL, and nowhere else.
  const place = { host: hostname.replaceAll(/[[\]]/g, ''), port, path: '/version', agent: false, signal } as const;
  if (!tlsVerify) {
    const { get } = require('node:http') as typeof import('node:http');
    return answerOf(get(place));
  }
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(join(certPath, name))),
  );
  const { get } = require('node:https') as typeof import('node:https');
  return answerOf(get({ ...place, ca, cert, key, minVersion: 'TLSv1.2' }));
}

function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > LONGEST_ANSWER) break;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function versionIn(text: string): string | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // Something else than Docker listens there.
    return undefined;
  }
  const { Version: version } = (answer ?? {}) as { Version?: unknown };
  return typeof version === 'string' && /^[\w.+~-]{1,64}$/.test(version) ? version : undefined;
}

function refused(url: string, error: unknown, signal: AbortSignal): HvError {
  if (signal.aborted) {
    return new HvError({
      code: 'ERR_DOCKER_UNREACHABLE',
      message: `Docker at ${url} did not answer in time`,
      cause: error,
    });
  }
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  const isTrust = /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_|SELF_SIGNED|DEPTH_ZERO|ERR_OSSL|EPROTO)/.test(code);
  return new HvError({
    code: isTrust ? 'ERR_DOCKER_TLS' : 'ERR_DOCKER_UNREACHABLE',
    message: `Docker at ${url} ${isTrust ? 'is not trusted' : 'is not reached'}: ${message}`,
    hint: isTrust ? 'hvkit regenerate-certs makes its certificate anew.' : undefined,
    cause: error,
  });
}
