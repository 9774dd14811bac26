import { certificatesStep, hasDocker, installFromUrl, LONG } from '../common';
import type { Host } from '../host';
import { isLike } from '../os-release';
import type { ProvisionContext, Provisioner, Step } from '../provisioner';
import { systemdLog, systemdSteps } from '../systemd';

/** Somebody else's apt-get may be at work when a machine is new: it is waited for. */
const APT = ['-o', 'DPkg::Lock::Timeout=300', '-y', '--no-install-recommends'];
const QUIET = ['env', 'DEBIAN_FRONTEND=noninteractive', 'NEEDRESTART_SUSPEND=1'];

/** Docker, and what it only recommends: a kernel with AppArmor wants its parser before a container runs. */
const PACKAGES = ['docker.io', 'iptables', 'ca-certificates', 'apparmor'];

export const debian: Provisioner = {
  name: 'debian',
  detects: (os) => isLike(os, 'debian', 'ubuntu'),
  steps: (context) => [install(context), certificatesStep(context), ...systemdSteps(context)],
  upgrade: (context) => [
    {
      id: 'upgrade',
      title: 'upgrading Docker',
      async run(host) {
        await apt(host, ['update']);
        await apt(host, ['install', '--only-upgrade', ...(await packagesOf(host))]);
      },
    },
    certificatesStep(context),
    ...systemdSteps(context),
  ],
  log: systemdLog,
};

function install({ installUrl }: ProvisionContext): Step {
  return {
    id: 'install',
    title: 'installing Docker',
    async run(host) {
      await cloudInitDone(host);
      // What a killed installation left half configured.
      if ((await host.run('dpkg', ['--audit'])).trim() !== '') {
        await host.run('env', [...QUIET.slice(1), 'dpkg', '--configure', '-a'], { timeoutMs: LONG });
      }
      if (await hasDocker(host)) return;
      if (installUrl === undefined) {
        await apt(host, ['update']);
        await apt(host, ['install', ...PACKAGES, ...(await clientOf(host))]);
      } else {
        await downloader(host);
        await installFromUrl(host, installUrl);
      }
    },
  };
}

/** From Debian 13 on the client is a package of its own: who logs in expects it. */
async function clientOf(host: Host): Promise<string[]> {
  return (await host.succeeds('apt-cache', ['show', 'docker-cli'])) ? ['docker-cli'] : [];
}

/** Debian's images for clouds may have nothing that gets a script. */
async function downloader(host: Host): Promise<void> {
  if (await host.succeeds('sh', ['-c', 'command -v curl || command -v wget'])) return;
  await apt(host, ['update']);
  await apt(host, ['install', 'curl', 'ca-certificates']);
}

/** It may be installing packages as well, or about to write what Docker reads. */
async function cloudInitDone(host: Host): Promise<void> {
  const wait = 'command -v cloud-init >/dev/null || exit 0; cloud-init status --wait >/dev/null 2>&1 || :';
  await host.run('sh', ['-c', wait], { timeoutMs: LONG });
}

async function packagesOf(host: Host): Promise<string[]> {
  const script = `dpkg-query -W -f '\${Package} \${db:Status-Status}\\n' docker.io docker-cli docker-ce docker-ce-cli containerd containerd.io runc 2>/dev/null || :`;
  const listed = await host.run('sh', ['-c', script]);
  return listed.split('\n').flatMap((line) => {
    const [name = '', status] = line.split(' ');
    return status === 'installed' ? [name] : [];
  });
}

async function apt(host: Host, words: readonly string[]): Promise<void> {
  const [program = '', ...variables] = QUIET;
  await host.run(program, [...variables, 'apt-get', ...APT, ...words], { timeoutMs: LONG });
}
