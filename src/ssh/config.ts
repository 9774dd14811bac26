import { HvError } from '../errors';
import { hostKeyAlias } from './known-hosts';
import type { SshTarget } from './target';

/** A machine as ssh's configuration knows it. */
export interface ConfiguredHost {
  name: string;
  target: SshTarget;
  /** Of writeKnownHosts(): it holds the machine's key and no other. */
  knownHostsFile: string;
}

/** A section of ssh_config(5), after which `ssh <name>` reaches the machine and nobody else in its place. */
export function sshConfig(host: ConfiguredHost): string {
  const lines = settingsOf(host).map(([keyword, value]) => `  ${keyword} ${value}`);
  return [`Host ${host.name}`, ...lines, ''].join('\n');
}

/** The same settings as ssh's options, and of the user's own configuration nothing. */
export function sshOptions(host: ConfiguredHost): string[] {
  const settings = settingsOf(host).flatMap(([keyword, value]) => ['-o', `${keyword}=${value}`]);
  return ['-F', '/dev/null', ...settings];
}

function settingsOf({ name, target, knownHostsFile }: ConfiguredHost): [keyword: string, value: string][] {
  return [
    ['HostName', target.host],
    ['Port', `${target.port}`],
    ['User', word(target.user)],
    ['IdentityFile', path(target.identityFile)],
    // Keys of the agent that are not this one would count as failed logins.
    ['IdentitiesOnly', 'yes'],
    ['PreferredAuthentications', 'publickey'],
    ['HostKeyAlias', hostKeyAlias(name)],
    ['UserKnownHostsFile', path(knownHostsFile)],
    ['GlobalKnownHostsFile', '/dev/null'],
    ['StrictHostKeyChecking', 'yes'],
    ['UpdateHostKeys', 'no'],
    ['LogLevel', 'ERROR'],
    ['ServerAliveInterval', '10'],
    ['ServerAliveCountMax', '3'],
  ];
}

/** ssh reads tokens (%h) and variables (${HOME}) in names of files, and has no way to write the latter as they are. */
function path(file: string): string {
  if (file.includes('${')) throw unwritable(file);
  return word(file.replaceAll('%', '%%'));
}

function word(text: string): string {
  if (/[\0\r\n]/.test(text)) throw unwritable(text);
  return /^[\w/.:@%+-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, String.raw`\$&`)}"`;
}

function unwritable(text: string): HvError {
  return new HvError({
    code: 'ERR_INVALID_ARGUMENT',
    message: `ssh's configuration cannot hold ${JSON.stringify(text)}`,
    hint: 'A home whose path has no line break and no "${" in it: HVKIT_HOME names it.',
  });
}
