import { settle } from '../applied';
import {
  CERTIFICATES,
  certificatesStep,
  DAEMON_JSON,
  hasDocker,
  installFromUrl,
  LONG,
  pathsOf,
  writeDaemonJson,
} from '../common';
import { isLike } from '../os-release';
import type { ProvisionContext, Provisioner, Step } from '../provisioner';

const ENVIRONMENT = '/etc/docker/hvkit.env';
const CONF = '/etc/conf.d/docker';
const READ = `[ ! -r ${ENVIRONMENT} ] || . ${ENVIRONMENT}`;
const LOG = '/var/log/docker.log';

export const alpine: Provisioner = {
  name: 'alpine',
  detects: (os) => isLike(os, 'alpine'),
  steps: (context) => [install(context), certificatesStep(context), configure(context), service()],
  upgrade: (context) => [
    {
      id: 'upgrade',
      title: 'upgrading Docker',
      async run(host) {
        await host.run('apk', ['--wait', '300', 'add', '--update-cache', '--upgrade', 'docker'], { timeoutMs: LONG });
      },
    },
    certificatesStep(context),
    configure(context),
    service(),
  ],
  log: (host) => host.run('tail', ['-n', '20', LOG]),
};

function install({ installUrl }: ProvisionContext): Step {
  return {
    id: 'install',
    title: 'installing Docker',
    async run(host) {
      if (await hasDocker(host)) return;
      if (installUrl !== undefined) await installFromUrl(host, installUrl);
      else await host.run('apk', ['--wait', '300', 'add', '--update-cache', 'docker'], { timeoutMs: LONG });
    },
  };
}

function configure(context: ProvisionContext): Step {
  return {
    id: 'configure',
    title: 'configuring Docker',
    async run(host) {
      await Promise.all([
        writeDaemonJson(host, context),
        host.write(ENVIRONMENT, context.environment.exports, { mode: 0o600 }),
      ]);
      const conf = (await host.read(CONF)) ?? '';
      if (!conf.split('\n').includes(READ)) await host.write(CONF, `${conf.trimEnd()}\n${READ}\n`.trimStart());
    },
  };
}

function service(): Step {
  return {
    id: 'service',
    title: 'starting Docker',
    async run(host) {
      await host.run('rc-update', ['add', 'docker', 'default']);
      await settle(host, {
        reads: [DAEMON_JSON, ENVIRONMENT, CONF, ...pathsOf(CERTIFICATES)],
        async restart() {
          await host.run('rc-service', ['docker', 'restart']);
        },
        async restartContainerd() {
          // Where Docker depends on it OpenRC starts Docker again by itself, later, and whoever restarts it meanwhile fails.
          await host.run('rc-service', ['--ifstarted', 'docker', 'stop']);
          await host.run('rc-service', ['--ifexists', '--ifstarted', 'containerd', 'restart']);
        },
        async start() {
          await host.run('rc-service', ['--ifstopped', 'docker', 'start']);
        },
      });
    },
  };
}
