import { HvError } from '../errors';
import { DIALECTS } from './dialects';
import type { Shell } from './shells';

/** What the docker client has to know of a machine. */
export interface DockerClient {
  name: string;
  /** `tcp://192.0.2.7:2376`. */
  url: string;
  /** The folder with ca.pem, cert.pem and key.pem; undefined where there is no TLS. */
  certPath?: string | undefined;
}

/** A list of hosts that no proxy is asked for, by the name in which it is kept: `no_proxy` or `NO_PROXY`. */
export interface NoProxy {
  name: string;
  value: string;
}

export interface EnvironmentRequest {
  shell: Shell;
  noProxy?: NoProxy | undefined;
  /** What was typed, as the last line repeats it. */
  command: readonly string[];
}

type Change = readonly [name: string, value: string | undefined];

const NAMES = ['DOCKER_TLS_VERIFY', 'DOCKER_HOST', 'DOCKER_CERT_PATH', 'DOCKER_MACHINE_NAME'];

/** What `hvkit env NAME` prints: with it the docker client talks to the machine. */
export function environmentText(client: DockerClient, { shell, noProxy, command }: EnvironmentRequest): string {
  const { name, url, certPath } = client;
  const isVerified = certPath !== undefined;
  return text(
    shell,
    [
      // What is left of another machine would make the client ask this one for TLS.
      ...(isVerified ? [] : [change('DOCKER_TLS_VERIFY'), change('DOCKER_CERT_PATH')]),
      ...(isVerified ? [change('DOCKER_TLS_VERIFY', '1')] : []),
      change('DOCKER_HOST', url),
      ...(isVerified ? [change('DOCKER_CERT_PATH', certPath)] : []),
      change('DOCKER_MACHINE_NAME', name),
      ...(noProxy === undefined ? [] : [change(noProxy.name, noProxy.value)]),
    ],
    command,
  );
}

/** What `hvkit env -u` prints: it takes back the other. */
export function resetText({ shell, noProxy, command }: EnvironmentRequest): string {
  const list = noProxy === undefined ? [] : [change(noProxy.name, noProxy.value || undefined)];
  return text(shell, [...NAMES.map((name) => change(name)), ...list], command);
}

/** `--no-proxy`: what is in the list stays there, and the address is added once. */
export function withoutProxy(env: NodeJS.ProcessEnv, address: string): NoProxy {
  const { name, hosts } = listIn(env);
  return { name, value: [...new Set([...hosts, address])].join(',') };
}

/** `-u --no-proxy`: the address is taken out of the list; undefined if it is not there. */
export function withProxy(env: NodeJS.ProcessEnv, address: string): NoProxy | undefined {
  const { name, hosts } = listIn(env);
  return hosts.includes(address) ? { name, value: hosts.filter((host) => host !== address).join(',') } : undefined;
}

/** The lower-case name first, as docker-machine has it and as curl knows no other. */
function listIn(env: NodeJS.ProcessEnv): { name: string; hosts: string[] } {
  const name = env['no_proxy'] ? 'no_proxy' : 'NO_PROXY';
  const hosts = (env[name] ?? '').split(',').map((host) => host.trim());
  return { name, hosts: hosts.filter((host) => host !== '') };
}

function change(name: string, value?: string): Change {
  if (value !== undefined && /[\0\r\n]/.test(value)) {
    throw new HvError({
      code: 'ERR_INVALID_ARGUMENT',
      message: `${name} cannot be told to a shell: there is a line's end in ${JSON.stringify(value)}`,
      hint: 'Choose a home without one: HVKIT_HOME',
    });
  }
  return [name, value];
}

function text(shell: Shell, changes: readonly Change[], command: readonly string[]): string {
  const dialect = DIALECTS[shell];
  const lines = changes.map(([name, value], index) => {
    const line = value === undefined ? dialect.unset(name) : dialect.set(name, value);
    const next = changes[index + 1];
    const isOfOneKind = next === undefined || (next[1] === undefined) === (value === undefined);
    return `${line}${isOfOneKind ? '' : dialect.stop}`;
  });
  return [...lines, ...dialect.hint(command)].map((line) => `${line}\n`).join('');
}
