import { certificatesStep, hasDocker, installFromUrl, LONG } from '../common';
import { isLike } from '../os-release';
import type { ProvisionContext, Provisioner, Step } from '../provisioner';
import { systemdLog, systemdSteps } from '../systemd';

/** Red Hat's own systems have podman in Docker's place: there Docker's makers have to be asked. */
const FROM_DOCKER = 'https://get.docker.com';

export const fedora: Provisioner = {
  name: 'fedora',
  detects: (os) => isLike(os, 'fedora', 'rhel', 'centos'),
  steps: (context) => [install(context), certificatesStep(context), ...systemdSteps(context)],
  upgrade: (context) => [
    {
      id: 'upgrade',
      title: 'upgrading Docker',
      async run(host) {
        const listed = await host.run('sh', ['-c', 'rpm -q moby-engine docker-ce containerd.io containerd || :']);
        const names = ['moby-engine', 'docker-ce', 'containerd.io', 'containerd'];
        const there = names.filter((name) => new RegExp(`^${name}-\\d`, 'm').test(listed));
        await host.run('dnf', ['-y', '--refresh', 'upgrade', ...there], { timeoutMs: LONG });
      },
    },
    certificatesStep(context),
    ...systemdSteps(context),
  ],
  log: systemdLog,
};

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
