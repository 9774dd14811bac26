import type { DockerHost } from './docker-host';

/** What the environment is told in, and for whom. */
export interface ClientEnvironment {
  /** `bash`, `fish`, `powershell`; without it, the shell that asks. */
  shell?: string | undefined;
  /** Also that no proxy is asked for the machine. */
  noProxy?: boolean | undefined;
  /** What was typed: the last line tells how it is applied. */
  command: readonly string[];
  env?: NodeJS.ProcessEnv;
}

/** Commands of a shell after which the docker client talks to this machine. */
export function dockerEnvironment(name: string, host: DockerHost, wanted: ClientEnvironment): string {
  const { environmentText, withoutProxy } = environment();
  const { noProxy, command, env = process.env } = wanted;
  return environmentText(clientOf(name, host), {
    shell: shellOf(wanted),
    command,
    ...(noProxy && { noProxy: withoutProxy(env, addressIn(host.url)) }),
  });
}

/** Commands that take this back. */
export function dockerReset(wanted: ClientEnvironment): string {
  const { resetText, withProxy } = environment();
  const { noProxy, command, env = process.env } = wanted;
  // Which machine it was stands in the environment that is taken back.
  const url = env['DOCKER_HOST'] ?? '';
  return resetText({
    shell: shellOf(wanted),
    command,
    ...(noProxy && url !== '' && { noProxy: withProxy(env, addressIn(url)) }),
  });
}

/** The same as variables, for a program that is started. */
export function dockerVariables(name: string, { url, certPath, tlsVerify }: DockerHost): Record<string, string> {
  return {
    DOCKER_HOST: url,
    DOCKER_MACHINE_NAME: name,
    // Empty where they are not meant: what is left of another machine would hold.
    DOCKER_CERT_PATH: tlsVerify ? certPath : '',
    DOCKER_TLS_VERIFY: tlsVerify ? '1' : '',
  };
}

/** The same as options of the docker client. */
export function dockerOptions(name: string, host: DockerHost): string {
  const { clientConfig } = require('../docker/client-config') as typeof import('../docker/client-config');
  return clientConfig(clientOf(name, host));
}

function clientOf(
  name: string,
  { url, certPath, tlsVerify }: DockerHost,
): { name: string; url: string; certPath?: string } {
  return { name, url, ...(tlsVerify && { certPath }) };
}

function addressIn(url: string): string {
  const address = /^\w+:\/\/(?:\[([^\]]+)\]|([^/:]+))/.exec(url);
  return address?.[1] ?? address?.[2] ?? '';
}

function shellOf({ shell, env = process.env }: ClientEnvironment): import('../docker/shells').Shell {
  const { detectShell, parentProgram, shellNamed } = require('../docker/shells') as typeof import('../docker/shells');
  return shell === undefined ? detectShell({ login: env['SHELL'], parent: parentProgram() }) : shellNamed(shell);
}

/** Late: the other commands do without. */
function environment(): typeof import('../docker/environment') {
  return require('../docker/environment') as typeof import('../docker/environment');
}
