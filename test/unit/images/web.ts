import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface Web extends AsyncDisposable {
  url: (path: string) => string;
  port: number;
  /** `GET /disk bytes=100-`, in the order they came. */
  requests: string[];
}

/** A web server on the loopback, with TLS where there is a certificate. */
export async function serve(handle: RequestListener, tls?: { key: string; cert: string }): Promise<Web> {
  const requests: string[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push([request.method, request.url, request.headers.range].filter(Boolean).join(' '));
    handle(request, response);
  };
  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
  const port = await listen(server);
  return {
    url: (path) => `${tls ? 'https' : 'http'}://127.0.0.1:${port}${path}`,
    port,
    requests,
    [Symbol.asyncDispose]: () => close(server),
  };
}

export interface FileOptions {
  etag?: string;
  /** Ends the connection after so many bytes of an answer; each answer takes the next, and later ones are whole. */
  breaks?: number[];
  /** A server that knows no ranges. */
  ranges?: boolean;
}

/** Serves one file as servers of distributions do. */
export function fileHandler(bytes: Buffer, { etag, breaks = [], ranges = true }: FileOptions = {}): RequestListener {
  return (request, response) => {
    const [, first] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    const validator = request.headers['if-range'];
    const from = ranges && first !== undefined && (validator === undefined || validator === etag) ? Number(first) : 0;
    if (etag !== undefined) response.setHeader('ETag', etag);
    if (from > 0 && from >= bytes.length) {
      response.writeHead(416, { 'Content-Range': `bytes */${bytes.length}` }).end();
      return;
    }
    const range = { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(from > 0 ? 206 : 200, { 'Content-Length': bytes.length - from, ...(from > 0 && range) });
    const limit = breaks.shift();
    if (limit === undefined || limit >= bytes.length - from) {
      response.end(bytes.subarray(from));
    } else {
      response.write(bytes.subarray(from, from + limit), () => response.destroy());
    }
  };
}

/** A proxy of HTTP that leads every host to the loopback, and tells what it was asked for. */
export async function proxy(login?: string): Promise<Web> {
  const requests: string[] = [];
  const tunnels = new Set<Socket>();
  const isWelcome = (request: IncomingMessage): boolean =>
    login === undefined || request.headers['proxy-authorization'] === `Basic ${Buffer.from(login).toString('base64')}`;
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (!isWelcome(request)) return void response.writeHead(407).end();
    void forward(request, response);
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    requests.push(`CONNECT ${request.url}`);
    if (!isWelcome(request)) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const there = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    tunnels.add(socket).add(there);
    there.on('error', () => socket.destroy());
    socket.on('error', () => there.destroy());
  });
  const port = await listen(server);
  return {
    url: () => `http://${login === undefined ? '' : `${login}@`}127.0.0.1:${port}`,
    port,
    requests,
    [Symbol.asyncDispose]: () => close(server, tunnels),
  };
}

async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '');
  const answer = await fetch(`http://127.0.0.1:${url.port}${url.pathname}`);
  response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function close(server: Server, tunnels: Iterable<Socket> = []): Promise<void> {
  server.close();
  // A server no longer knows the connections that became tunnels.
  for (const tunnel of tunnels) tunnel.destroy();
  server.closeAllConnections();
  await once(server, 'close');
}
