import { isIP } from 'node:net';

import type { DockerSpec } from '../drivers/driver';
import { dockerSpec } from '../drivers/spec';
import { HvError } from '../errors';
import { refusal, shown } from './refusal';
import type { Defaults } from './setting-keys';

/** The image of hvkit's own that a Docker host boots. */
export const DOCKER_IMAGE = 'docker';
/** That of hvkit's own that has no room for one. */
const SMALL_IMAGE = 'micro';

const EXAMPLE = "true, or { engine: { labels: ['env=test'] } }";
const NAME = /^(?:\*\.)?(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\.)*[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?$/;

/** What `docker` in a request says; undefined: it is to be no Docker host. */
export function readDocker(value: unknown): DockerSpec | undefined {
  if (value === false) return undefined;
  const parsed = dockerSpec.safeParse(value === true ? {} : value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const wrong = issue?.path.reduce(inside, value);
    if (issue && typeof wrong === 'string' && wrong !== value) {
      // That of a flag, for whom the whole object has no meaning.
      const message = `${issue.path.join('.')}: ${shown(wrong)} ${issue.message}`;
      const hint = 'hvkit create --help shows how it is written';
      throw new HvError({ code: 'ERR_INVALID_REQUEST', message, hint, cause: parsed.error });
    }
    const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
    throw refusal(value, `is no Docker host: ${where}${issue?.message ?? ''}`, EXAMPLE, parsed.error);
  }
  for (const name of parsed.data.tlsSans) {
    if (isIP(name) !== 0 || NAME.test(name)) continue;
    throw refusal(name, 'is no name or address that a certificate could have', 'docker.example.org');
  }
  return parsed.data;
}

function inside(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}

/** With what is usual where nothing was said. */
export function settleDocker(
  { engine, ...docker }: DockerSpec,
  { image, defaults }: { image: string | undefined; defaults: Pick<Defaults, 'engineInstallUrl' | 'registryMirror'> },
): DockerSpec {
  if (image === SMALL_IMAGE) throw refusal(image, 'has no room for Docker', `--image ${DOCKER_IMAGE}`);
  const { engineInstallUrl, registryMirror } = defaults;
  const installUrl = engine.installUrl ?? engineInstallUrl;
  const mirrors = engine.registryMirrors.length > 0 || registryMirror === undefined ? undefined : [registryMirror];
  return {
    ...docker,
    engine: {
      ...engine,
      ...(installUrl !== undefined && { installUrl }),
      ...(mirrors !== undefined && { registryMirrors: mirrors }),
    },
  };
}
