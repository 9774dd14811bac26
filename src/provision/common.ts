import { HvError } from '../errors';
import type { Host } from './host';
import type { CertificateFiles, ProvisionContext, Step } from './provisioner';

export const CERTIFICATES: CertificateFiles = {
  ca: '/etc/docker/ca.pem',
  certificate: '/etc/docker/server.pem',
  key: '/etc/docker/server-key.pem',
};

/** As a list. */
export function pathsOf({ ca, certificate, key }: CertificateFiles): string[] {
  return [ca, certificate, key];
}

export const DAEMON_JSON = '/etc/docker/daemon.json';

/** Installing waits for others' package managers, and for mirrors far away. */
export const LONG = 20 * 60_000;

/** Over the connection, the key into a file that nobody else has rights on from its first byte on. */
export function certificatesStep(context: ProvisionContext, files: CertificateFiles = CERTIFICATES): Step {
  return {
    id: 'certificates',
    title: 'putting certificates into it',
    async run(host) {
      const { ca, certificate, key } = await context.certificates();
      await Promise.all([
        host.write(files.key, key, { mode: 0o600 }),
        host.write(files.certificate, certificate),
        host.write(files.ca, ca),
      ]);
    },
  };
}

/** What somebody wrote into it that hvkit says nothing of, stays. */
export async function writeDaemonJson(host: Host, context: ProvisionContext): Promise<void> {
  const present = readDaemonJson((await host.read(DAEMON_JSON)) ?? '');
  const whole = { ...present, ...context.daemon(CERTIFICATES) };
  await host.write(DAEMON_JSON, `${JSON.stringify(whole, undefined, 2)}\n`);
}

function readDaemonJson(text: string): Record<string, unknown> {
  if (text.trim() === '') return {};
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw noDaemonJson((error as Error).message, error);
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return { ...content };
  throw noDaemonJson('it holds no object');
}

function noDaemonJson(why: string, cause?: unknown): HvError {
  return new HvError({
    code: 'ERR_PROVISION',
    message: `${DAEMON_JSON}, which is there in the machine, is no configuration of dockerd: ${why}`,
    hint: 'Mend it or take it away, then hvkit provision.',
    cause,
  });
}

/** Whether there is a dockerd that could be started. */
export function hasDocker(host: Host): Promise<boolean> {
  return host.succeeds('sh', ['-c', 'command -v dockerd >/dev/null']);
}

const FROM_URL = `set -eu
script=$(mktemp)
trap 'rm -f "$script"' EXIT
if command -v curl >/dev/null; then curl -fsSL -o "$script" -- "$1"; else wget -q -O "$script" -- "$1"; fi
sh "$script"`;

/** As docker-machine does it with --engine-install-url: the script is downloaded whole before any of it is run. */
export async function installFromUrl(host: Host, url: string): Promise<void> {
  await host.run('sh', ['-c', FROM_URL, 'sh', url], { timeoutMs: LONG });
}
