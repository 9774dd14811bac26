import { settle } from '../applied';
import { CERTIFICATES, certificatesStep, DAEMON_JSON, pathsOf, writeDaemonJson } from '../common';
import type { ProvisionContext, Provisioner, Step } from '../provisioner';

const ENVIRONMENT = '/etc/docker/environment';
/** The image's own: it supervises dockerd, which is there from the beginning. */
const DOCKER = '/usr/lib/hvkit/docker';
/** It waits for dockerd itself, and says after 5 minutes why it waits in vain. */
const STARTING = { timeoutMs: 360_000 };

export const hvkit: Provisioner = {
  name: 'hvkit',
  detects: ({ id, fields }) => id === 'hvkit' && fields.get('VARIANT_ID') === 'docker',
  steps: (context) => [certificatesStep(context), configure(context), service()],
  log: (host) => host.run('tail', ['-n', '20', '/var/log/docker.log']),
};

function configure(context: ProvisionContext): Step {
  return {
    id: 'configure',
    title: 'configuring Docker',
    async run(host) {
      await Promise.all([
        writeDaemonJson(host, context),
        host.write(ENVIRONMENT, context.environment.file, { mode: 0o600 }),
      ]);
    },
  };
}

function service(): Step {
  return {
    id: 'service',
    title: 'starting Docker',
    run: (host) =>
      settle(host, {
        reads: [DAEMON_JSON, ENVIRONMENT, ...pathsOf(CERTIFICATES)],
        async restart() {
          await host.run(DOCKER, ['restart'], STARTING);
        },
        async start() {
          await host.run(DOCKER, ['start'], STARTING);
        },
      }),
  };
}
