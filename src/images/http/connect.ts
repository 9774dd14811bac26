import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { unescape } from 'node:querystring';
import * as tls from 'node:tls';

import { portOf, proxyFor } from './proxy';
import { TransferError } from './transfer-error';
import { shown } from './url';

export interface Exchange {
  headers: http.OutgoingHttpHeaders;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
  /** How long a connection may be silent, from its beginning to the last byte. */
  silenceMs: number;
}

/** Asks for a URL, through the proxy that the environment names; resolves with the head of the answer. */
export async function ask(url: URL, exchange: Exchange): Promise<http.IncomingMessage> {
  const proxy = proxyFor(url, exchange.env);
  const headers = { ...exchange.headers, ...authorization('Authorization', url) };
  const common = { method: 'GET', agent: false, signal: exchange.signal } as const;
  if (url.protocol === 'http:') {
    if (!proxy) return answer(http.request(bare(url), { ...common, headers }), url, exchange);
    const through = { ...headers, Host: url.host, ...authorization('Proxy-Authorization', proxy) };
    const request = requestOf(proxy)(bare(proxy), { ...common, headers: through, path: bare(url).href });
    return answer(request, url, exchange);
  }
  // Whatever the environment says: what comes over https is trusted because of the certificate.
  const secure = { ...common, headers, rejectUnauthorized: true } as const;
  if (!proxy) return answer(https.request(bare(url), secure), url, exchange);
  const socket = await tunnel(url, proxy, exchange);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const createConnection = () => tls.connect({ socket, host, ...serverName(host), rejectUnauthorized: true });
  try {
    // With an agent, even none of its own, Node would connect by itself.
    const request = https.request(bare(url), { ...secure, agent: undefined, createConnection });
    return await answer(request, url, exchange);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** A way through the proxy to the server, on which the two of us then speak TLS. */
async function tunnel(url: URL, proxy: URL, exchange: Exchange): Promise<Socket> {
  const target = `${url.hostname}:${portOf(url)}`;
  const request = requestOf(proxy)(bare(proxy), {
    method: 'CONNECT',
    path: target,
    agent: false,
    signal: exchange.signal,
    headers: { Host: target, ...authorization('Proxy-Authorization', proxy) },
  });
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(failure(error, proxy, exchange.signal));
    };
    limitSilence(request, proxy, exchange);
    request.once('error', fail);
    request.once('connect', (response, socket: Socket) => {
      request.off('error', fail);
      if (response.statusCode === 200) {
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(refused(response, proxy));
    });
    // A proxy that does not know CONNECT answers as to any other request.
    request.once('response', (response) => {
      response.destroy();
      reject(refused(response, proxy));
    });
    request.end();
  });
}

function answer(request: http.ClientRequest, url: URL, exchange: Exchange): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    limitSilence(request, url, exchange);
    // Stays: what comes after the answer is the answer's to tell, and would end the process otherwise.
    request.on('error', (error) => {
      reject(failure(error, url, exchange.signal));
    });
    request.once('response', resolve);
    request.end();
  });
}

function limitSilence(request: http.ClientRequest, url: URL, { silenceMs }: Exchange): void {
  request.setTimeout(silenceMs, () => {
    request.destroy(new TransferError(`${url.host} has said nothing for ${silenceMs / 1000} seconds`, { again: true }));
  });
  // That alone begins with the connection, and a host that is not there does not even refuse one.
  request.once('socket', (socket) => socket.setTimeout(silenceMs));
}

function refused({ statusCode, statusMessage }: http.IncomingMessage, proxy: URL): TransferError {
  const wantsLogin = statusCode === 407;
  return new TransferError(
    `The proxy ${proxy.host} does not let hvkit through: ${statusCode ?? ''} ${statusMessage ?? ''}`,
    {
      again: statusCode === 502 || statusCode === 503 || statusCode === 504,
      hint: wantsLogin ? 'It wants a login: export https_proxy=http://user:password@host:port' : undefined,
    },
  );
}

/** What went wrong on the way, as an error that names whom it went wrong with. */
function failure(error: Error, url: URL, signal: AbortSignal | undefined): Error {
  // Whoever ended it says why.
  if (signal?.aborted === true) return error;
  if (error instanceof TransferError) return error;
  const { code, message }: NodeJS.ErrnoException = error;
  const certificate = code !== undefined && CERTIFICATE.test(code);
  return new TransferError(`${shown(url)} could not be fetched: ${message === '' ? String(code) : message}`, {
    again: !certificate,
    hint: certificate ? CERTIFICATE_HINT : HINTS[code ?? ''],
    cause: error,
  });
}

/** OpenSSL's names, as Node gives them. */
const CERTIFICATE = /CERT|^UNABLE_TO_|SELF_SIGNED|^ERR_TLS_|^ERR_SSL_/;
const CERTIFICATE_HINT =
  "Where a proxy or a server has a certificate of your own authority's: export NODE_EXTRA_CA_CERTS=/path/of/its.pem";
const NO_WAY = 'Is there a network, and is a proxy needed? export https_proxy=http://host:port';
const HINTS: Readonly<Record<string, string>> = {
  ENOTFOUND: NO_WAY,
  EAI_AGAIN: NO_WAY,
  ENETUNREACH: NO_WAY,
  EHOSTUNREACH: NO_WAY,
  ETIMEDOUT: NO_WAY,
  ECONNREFUSED: 'Nobody listens there. Is the address right, and that of a proxy? env | grep -i proxy',
  ECONNRESET: 'The same again: it goes on from what has come.',
};

function requestOf({ protocol }: URL): typeof http.request {
  return protocol === 'https:' ? https.request : http.request;
}

/** Without the login, which goes into a header of its own. */
function bare(url: URL): URL {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  return copy;
}

function authorization(header: string, { username, password }: URL): http.OutgoingHttpHeaders {
  if (username === '' && password === '') return {};
  // As curl does it: a % that stands for no other letter stands for itself.
  const login = `${unescape(username)}:${unescape(password)}`;
  return { [header]: `Basic ${Buffer.from(login).toString('base64')}` };
}

/** An address is no name that a server could have a certificate by. */
function serverName(host: string): { servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host };
}
