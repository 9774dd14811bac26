import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';

import type { DriverDefinition, MachineState } from '../../src/drivers/driver';
import { dockerSpec } from '../../src/drivers/spec';
import type { MachineRecord } from '../../src/machines/machine-file';
import { fileDriver } from './file-driver';
import { Folder } from './folder';
import { recordOf } from './record';

const PORT = 2376;

export interface HostOptions {
  /** Of 127.0.0.0/8; a machine without one does not run. */
  address?: string;
  /** As a request has it. */
  docker?: Parameters<typeof dockerSpec.parse>[0];
}

/** A home with machines that are records, and what answers at their addresses. */
export class DockerHosts implements AsyncDisposable {
  readonly folder = new Folder();
  readonly home = join(this.folder.path, 'home');
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  constructor() {
    const names = 'IP:127.0.0.1';
    this.pair('tls', names);
  }

  /** A certificate that is its own authority: for server and client alike. */
  pair(name: string, names: string): void {
    const file = (kind: string): string => join(this.folder.path, `${name}-${kind}.pem`);
    const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
    const of = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`];
    execFileSync('openssl', [...words, ...of, '-keyout', file('key'), '-out', file('cert')], { stdio: 'pipe' });
  }

  /** A Docker host of this name, with the certificates of that pair in its folder. */
  add(name: string, { address, docker = {} }: HostOptions, pair = 'tls'): void {
    const folder = join(this.home, 'machines', name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const record = recordOf(name, {
      driver: 'records',
      plan: address === undefined ? {} : { address },
      ...(address !== undefined && { address: { host: address, sshPort: 22 } }),
    });
    const whole: MachineRecord = { ...record, spec: { ...record.spec, docker: dockerSpec.parse(docker) } };
    writeFileSync(join(folder, 'machine.json'), JSON.stringify(whole));
    for (const [own, kind] of [
      ['ca', 'cert'],
      ['cert', 'cert'],
      ['key', 'key'],
    ] as const) {
      copyFileSync(join(this.folder.path, `${pair}-${kind}.pem`), join(folder, `${own}.pem`));
    }
  }

  /** Answers there as dockerd does, over TLS, to whom has the client's certificate; `answers` by their paths. */
  async answer(
    address: string,
    version: string,
    pair = 'tls',
    answers: Readonly<Record<string, object>> = {},
  ): Promise<void> {
    const all: Readonly<Record<string, object>> = { '/version': { Version: version }, ...answers };
    const read = (kind: string): Buffer => readFileSync(join(this.folder.path, `${pair}-${kind}.pem`));
    const tls = { key: read('key'), cert: read('cert'), ca: read('cert'), requestCert: true, rejectUnauthorized: true };
    const server = createHttps(tls, (request, response) => {
      const answer = all[request.url ?? ''];
      response.statusCode = answer === undefined ? 404 : 200;
      response.end(JSON.stringify(answer ?? {}));
    });
    await this.#listen(server, address);
  }

  /** Takes connections there, and says nothing. */
  async beSilent(address: string, onEvent: (what: 'came' | 'went') => void = () => undefined): Promise<void> {
    const server = createServer((socket) => {
      onEvent('came');
      socket.resume();
      socket.on('error', () => undefined);
      socket.on('close', () => {
        onEvent('went');
      });
    });
    await this.#listen(server, address);
  }

  async #listen(server: Server, address: string): Promise<AddressInfo> {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
    });
    this.#servers.push(server);
    server.listen(PORT, address);
    await once(server, 'listening');
    return server.address() as AddressInfo;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(
      this.#servers.map(async (server) => {
        server.close();
        await once(server, 'close');
      }),
    );
    this.folder[Symbol.dispose]();
  }
}

/** Machines that run where their plan says. */
export const recordsDriver: DriverDefinition = {
  ...fileDriver,
  name: 'records',
  aliases: [],
  create: (context) => {
    const stateOf = (address: unknown): MachineState => (address === undefined ? 'Stopped' : 'Running');
    return Object.assign(fileDriver.create(context), {
      states: (machines: Parameters<ReturnType<DriverDefinition['create']>['states']>[0]) =>
        Promise.resolve(new Map(machines.map(({ uuid, plan }) => [uuid, { state: stateOf(plan['address']) }]))),
      address: ({ plan: { address } }: Parameters<ReturnType<DriverDefinition['create']>['address']>[0]) =>
        Promise.resolve(typeof address === 'string' ? { host: address, sshPort: 22 } : undefined),
    });
  },
};
