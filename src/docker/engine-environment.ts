import { engineRefusal } from './daemon-options';

/** `--engine-env NAME=value`, by name; the last of a name counts. */
export function engineEnvironment(env: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    env.map((each) => {
      const [, name, value = ''] = /^([A-Za-z_][A-Za-z0-9_]*)=([^\0\r\n]*)$/.exec(each) ?? [];
      if (name !== undefined) return [name, value];
      throw engineRefusal(
        `"${each}" is not a variable of dockerd's environment`,
        '--engine-env HTTP_PROXY=http://proxy.example:3128',
      );
    }),
  );
}

/** A file for systemd's `EnvironmentFile=`; a POSIX shell that reads it takes the same values from it. */
export function environmentFile(environment: Readonly<Record<string, string>>): string {
  return lines(environment, '');
}

/** The same for init scripts that read their configuration as a shell: OpenRC's conf.d, boot2docker's profile. */
export function exportsFile(environment: Readonly<Record<string, string>>): string {
  return lines(environment, 'export ');
}

function lines(environment: Readonly<Record<string, string>>, prefix: string): string {
  return Object.entries(environment)
    .map(([name, value]) => `${prefix}${name}="${value.replaceAll(/["\\`$]/g, (letter) => `\\${letter}`)}"\n`)
    .join('');
}
