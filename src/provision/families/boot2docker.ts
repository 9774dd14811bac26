import { settle } from '../applied';
import { certificatesStep, pathsOf } from '../common';
import type { Host } from '../host';
import type { CertificateFiles, ProvisionContext, Provisioner, Step } from '../provisioner';

/** All else is in memory, and new at each boot. */
const LASTING = '/var/lib/boot2docker';
const FILES: CertificateFiles = {
  ca: `${LASTING}/ca.pem`,
  certificate: `${LASTING}/server.pem`,
  key: `${LASTING}/server-key.pem`,
};
const PROFILE = `${LASTING}/profile`;
const DAEMON = `${LASTING}/daemon.json`;
const STAMP = `${LASTING}/.hvkit-applied`;

export const boot2docker: Provisioner = {
  name: 'boot2docker',
  detects: ({ id }) => id === 'boot2docker',
  steps: (context) => [certificatesStep(context, FILES), configure(context), service()],
  log: (host) => host.run('tail', ['-n', '20', `${LASTING}/docker.log`]),
};

function configure(context: ProvisionContext): Step {
  return {
    id: 'configure',
    title: 'configuring Docker',
    async run(host) {
      // Its own script tells dockerd where to listen: said in both places, dockerd would not start.
      const { hosts: _told, ...daemon } = context.daemon(FILES);
      await host.write(DAEMON, `${JSON.stringify(daemon, undefined, 2)}\n`);
      await host.write(PROFILE, profile(context), { mode: 0o600 });
    },
  };
}

function profile({ port, environment }: ProvisionContext): string {
  return `EXTRA_ARGS='--config-file ${DAEMON}'
DOCKER_HOST='-H tcp://0.0.0.0:${port}'
DOCKER_TLS=no
${environment.exports}`;
}

function service(): Step {
  return {
    id: 'service',
    title: 'starting Docker',
    run: (host) =>
      settle(host, {
        reads: [DAEMON, PROFILE, ...pathsOf(FILES)],
        stamp: STAMP,
        async restart() {
          await init(host, 'restart');
        },
        async start() {
          if (!(await host.succeeds('/etc/init.d/docker', ['status']))) await init(host, 'start');
        },
      }),
  };
}

async function init(host: Host, verb: string): Promise<void> {
  await host.run('/etc/init.d/docker', [verb]);
}
