import { readFile } from 'node:fs/promises';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { join } from 'node:path';

import { HvError } from '../errors';
import { failure, late, refused, stopped } from './api-failure';

/** Where a daemon is, and where the files are by which each knows the other: a machine's DockerHost. */
export interface DockerTarget {
  /** `tcp://192.0.2.7:2376`, or `unix:///var/run/docker.sock`. */
  url: string;
  /** The folder with ca.pem, cert.pem and key.pem. */
  certPath: string;
  tlsVerify: boolean;
}

export interface Waiting {
  /** Until the whole answer is there; 10 seconds unless told. With Infinity the signal alone ends it. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

export interface DockerQuestion extends Waiting {
  path: string;
  method?: 'GET' | 'POST' | 'DELETE';
  /** What is sent as JSON. */
  body?: unknown;
}

export interface DockerVersion {
  version: string;
  apiVersion: string;
  os: string;
  arch: string;
}

const TIMEOUT_MS = 10_000;
const LONGEST_ANSWER = 2 ** 24;

/** Who answers there, and in which version. */
export async function dockerVersion(target: DockerTarget, waiting: Waiting = {}): Promise<DockerVersion> {
  const answer = await askDocker(target, { ...waiting, path: '/version' });
  const { Version, ApiVersion, Os, Arch } = (answer ?? {}) as Record<string, unknown>;
  // It is shown on terminals, so it is not just any text.
  const word = (value: unknown): string => (typeof value === 'string' && /^[\w.+~/-]{1,64}$/.test(value) ? value : '');
  const version = word(Version);
  if (version !== '') return { version, apiVersion: word(ApiVersion), os: word(Os), arch: word(Arch) };
  throw new HvError({
    code: 'ERR_DOCKER_REFUSED',
    message: `What answers at ${target.url} is not Docker: it tells no version`,
    hint: `curl -v ${target.url.replace(/^tcp:/, target.tlsVerify ? 'https:' : 'http:')}/version`,
  });
}

/** Whether it is ready for work. */
export async function dockerPing(target: DockerTarget, waiting: Waiting = {}): Promise<void> {
  await send(target, { ...waiting, path: '/_ping' });
}

/** One question, one answer, one connection; with TLS both sides verify each other. Undefined: there is nothing in the answer. */
export async function askDocker(target: DockerTarget, question: DockerQuestion): Promise<unknown> {
  const text = await send(target, question);
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new HvError({
      code: 'ERR_DOCKER_REFUSED',
      message: `What answers at ${target.url} is not Docker: its answer is no JSON`,
      hint: 'Does the URL lead to the daemon itself?',
      cause: error,
    });
  }
}

async function send(
  target: DockerTarget,
  { timeoutMs = TIMEOUT_MS, signal, ...question }: DockerQuestion,
): Promise<string> {
  const deadline = timeoutMs === Infinity ? undefined : AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([signal, deadline].filter((each) => each !== undefined));
  // Whether somebody took the connection tells what a silence means.
  const seen = { connected: false };
  try {
    either.throwIfAborted();
    const options = await optionsFor(target, question);
    const request = requestFor(target)({ ...options, signal: either });
    request.on('socket', (socket) => socket.once('connect', () => (seen.connected = true)));
    const answer = await answerTo(request, question.body);
    const text = await textOf(answer);
    const { statusCode = 0 } = answer;
    if (statusCode >= 200 && statusCode < 300) return text;
    throw refused(target, statusCode, text);
  } catch (error) {
    if (HvError.is(error)) throw error;
    if (signal?.aborted === true) throw stopped(target, signal);
    throw deadline?.aborted === true ? late(target, timeoutMs, seen.connected) : failure(target, error);
  }
}

function requestFor({ url, tlsVerify }: DockerTarget): typeof import('node:http').request {
  if (!tlsVerify || url.startsWith('unix:')) return (require('node:http') as typeof import('node:http')).request;
  return (require('node:https') as typeof import('node:https')).request;
}

async function optionsFor(
  target: DockerTarget,
  { path, method = 'GET', body }: Omit<DockerQuestion, keyof Waiting>,
): Promise<
  RequestOptions & { ca?: Buffer; cert?: Buffer; key?: Buffer; minVersion?: 'TLSv1.2'; rejectUnauthorized?: true }
> {
  const { url, certPath, tlsVerify } = target;
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  // No connection is kept, or it would keep a program alive that has nothing more to ask.
  const common = { path, method, headers, agent: false } as const;
  if (url.startsWith('unix:')) return { ...common, socketPath: url.replace(/^unix:(?:\/\/)?/, '') };
  const { hostname, port } = placeOf(url);
  // An address with colons stands in brackets in a URL, and nowhere else.
  const place = { ...common, host: hostname.replaceAll(/[[\]]/g, ''), port };
  if (!tlsVerify) return place;
  // One by one: of those that are missing it is always the first that is told.
  const ca = await read(join(certPath, 'ca.pem'));
  const cert = await read(join(certPath, 'cert.pem'));
  const key = await read(join(certPath, 'key.pem'));
  // Said, so that NODE_TLS_REJECT_UNAUTHORIZED, which is meant for something else, does not open it.
  return { ...place, ca, cert, key, minVersion: 'TLSv1.2', rejectUnauthorized: true };
}

function placeOf(url: string): URL {
  const web = url.replace(/^tcp:/, 'http:');
  if (URL.canParse(web) && /^https?:/.test(web)) return new URL(web);
  throw new HvError({
    code: 'ERR_INVALID_ARGUMENT',
    message: `"${url}" is no URL of a Docker daemon`,
    hint: 'For example tcp://192.0.2.7:2376',
  });
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new HvError({
      code: 'ERR_CERTIFICATE',
      message: `${file} cannot be read: ${(error as Error).message}`,
      hint: 'hvkit regenerate-certs',
      cause: error,
    });
  }
}

function answerTo(request: ClientRequest, body: unknown): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Also one that comes later: nobody else would hear it.
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LONGEST_ANSWER) throw new RangeError('the answer is longer than any of Docker');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
