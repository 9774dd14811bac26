import { HvError } from '../errors';
import { runningDockerHost } from './docker-host';
import type { MachineRecord } from './machine-file';
import type { DockerSummary } from './summary';
import type { Workplace } from './workplace';

export interface DockerQuestion {
  /** The URL alone is asked of nobody but the driver. */
  docker: 'url' | 'version';
  deadline: AbortSignal;
}

/** What a machine that runs says of its Docker, if it has one; never a failure, and never later than the deadline. */
export async function dockerSummaryOf(
  place: Workplace,
  record: MachineRecord,
  { docker, deadline }: DockerQuestion,
): Promise<DockerSummary | undefined> {
  let url: string | undefined;
  try {
    const host = await before(deadline, record, runningDockerHost(place, record));
    if (host === undefined) return undefined;
    url = host.url;
    if (docker === 'url') return { url };
    const { dockerVersion } = require('../docker/api') as typeof import('../docker/api');
    const asked = dockerVersion(host, { signal: deadline, timeoutMs: Infinity });
    const { version } = await before(deadline, record, asked);
    return { url, version };
  } catch (error) {
    return { ...(url !== undefined && { url }), error: failureOf(error) };
  }
}

/** Also of what takes no notice of a signal. */
function before<T>(deadline: AbortSignal, { name }: MachineRecord, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => {
      const message = `Docker in the machine "${name}" did not answer in time`;
      reject(new HvError({ code: 'ERR_DOCKER_UNREACHABLE', message }));
    };
    if (deadline.aborted) late();
    deadline.addEventListener('abort', late, { once: true });
    void answer.then(resolve, reject).finally(() => {
      deadline.removeEventListener('abort', late);
    });
  });
}

function failureOf(error: unknown): HvError {
  if (HvError.is(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new HvError({ code: 'ERR_DOCKER_UNREACHABLE', message, cause: error });
}
