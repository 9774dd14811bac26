import { certificatesStep, hasDocker, installFromUrl, LONG } from '../common';
import type { Host } from '../host';
import { isLike } from '../os-release';
import type { ProvisionContext, Provisioner, Step } from '../provisioner';
import { systemdLog, systemdSteps } from '../systemd';

/** Red Hat's own systems have podman in Docker's place: there Docker's makers have to be asked. */
const FROM_DOCKER = 'https://get.docker.com';
/** What Docker is made of, whoever packaged it. */
const PACKAGES = ['moby-engine', 'docker-ce', 'docker-ce-cli', 'docker-cli', 'containerd.io', 'containerd', 'runc'];

export const fedora: Provisioner = {
  name: 'fedora',
  detects: (os) => isLike(os, 'fedora', 'rhel', 'centos'),
  steps: (context) => [install(context), certificatesStep(context), ...systemdSteps(context)],
  upgrade: (context) => [
    {
      id: 'upgrade',
      title: 'upgrading Docker',
      async run(host) {
        const there = await packagesOf(host);
        // Told of none, dnf upgrades the whole system.
        if (there.length > 0) await host.run('dnf', ['-y', '--refresh', 'upgrade', ...there], { timeoutMs: LONG });
      },
    },
    certificatesStep(context),
    ...systemdSteps(context),
  ],
  log: systemdLog,
};

async function packagesOf(host: Host): Promise<string[]> {
  const listed = await host.run('sh', ['-c', 'rpm -q --queryformat "%{NAME}\\n" "$@" || :', 'sh', ...PACKAGES]);
  return PACKAGES.filter((name) => listed.split('\n').includes(name));
}

function install({ os, installUrl }: ProvisionContext): Step {
  return {
    id: 'install',
    title: 'installing Docker',
    async run(host) {
      if (await hasDocker(host)) return;
      const url = installUrl ?? (os.id === 'fedora' ? undefined : FROM_DOCKER);
      if (url !== undefined) await installFromUrl(host, url);
      else await host.run('dnf', ['-y', 'install', 'moby-engine'], { timeoutMs: LONG });
    },
  };
}
