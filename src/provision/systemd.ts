import { settle } from './applied';
import { CERTIFICATES, DAEMON_JSON, pathsOf, writeDaemonJson } from './common';
import { HvError } from '../errors';
import type { Host } from './host';
import type { ProvisionContext, Step } from './provisioner';

const DROP_IN = '/etc/systemd/system/docker.service.d/hvkit.conf';
const ENVIRONMENT = '/etc/docker/hvkit.env';
const CONTAINERD = 'containerd.service';
const RESTART = 300_000;

/** dockerd as a service of systemd's, whoever packaged it. */
export function systemdSteps(context: ProvisionContext): Step[] {
  return [
    {
      id: 'configure',
      title: 'configuring Docker',
      async run(host) {
        await Promise.all([
          writeDaemonJson(host, context),
          host.write(ENVIRONMENT, context.environment.file, { mode: 0o600 }),
          commandOf(host).then((command) => host.write(DROP_IN, dropIn(command))),
        ]);
      },
    },
    {
      id: 'service',
      title: 'starting Docker',
      async run(host) {
        await host.run('systemctl', ['daemon-reload']);
        await host.run('systemctl', ['enable', 'docker.service']);
        await settle(host, {
          reads: [DAEMON_JSON, ENVIRONMENT, DROP_IN, ...pathsOf(CERTIFICATES)],
          async restart() {
            // A service that failed often in a short time is not started again until that is forgotten.
            await host.succeeds('systemctl', ['reset-failed', 'docker.service']);
            await begun(host, 'restart');
          },
          async restartContainerd() {
            const isService = await host.succeeds('systemctl', ['is-active', '--quiet', CONTAINERD]);
            if (isService) await host.run('systemctl', ['restart', CONTAINERD]);
          },
          start: () => begun(host, 'start'),
        });
      },
    },
  ];
}

export function systemdLog(host: Host): Promise<string> {
  return host.run('journalctl', ['--unit', 'docker.service', '--lines', '20', '--no-pager', '--output', 'cat']);
}

async function begun(host: Host, verb: string): Promise<void> {
  try {
    await host.run('systemctl', [verb, 'docker.service'], { timeoutMs: RESTART });
  } catch (error) {
    if (!HvError.is(error) || error.code !== 'ERR_PROVISION') throw error;
    const said = await systemdLog(host).catch(() => '');
    const lines = said.trim().split('\n').slice(-10);
    throw new HvError({
      code: 'ERR_PROVISION',
      message: ['dockerd does not start', ...lines.map((line) => `  ${line}`)].join('\n'),
      cause: error,
    });
  }
}

/** What the unit starts, without its listeners: dockerd refuses to have them told in two places. */
async function commandOf(host: Host): Promise<string> {
  const unit = (
    await host.run('systemctl', ['show', '--property', 'FragmentPath', '--value', 'docker.service'])
  ).trim();
  const text = unit === '' ? undefined : await host.read(unit);
  const joined = text?.replaceAll(/\\\n\s*/g, ' ');
  const command = /^ExecStart=(.*\bdockerd\b.*)$/m.exec(joined ?? '')?.[1];
  if (command !== undefined) return command.replaceAll(/\s(?:-H|--host)[ =]?\S+/g, '').trim();
  throw new HvError({
    code: 'ERR_PROVISION',
    message: `The service docker.service starts no dockerd${unit === '' ? ': there is none' : `: ${unit}`}`,
    hint: 'Was Docker installed in another way, such as rootless or by snap? Remove that, and provision again.',
  });
}

function dropIn(command: string): string {
  return `# Written by hvkit: where dockerd listens stands in ${DAEMON_JSON}.
[Service]
EnvironmentFile=-${ENVIRONMENT}
ExecStart=
ExecStart=${command}
`;
}
