import type { Host } from './host';

/** What dockerd was started with last, as digests: beside what it reads, so that both go together. */
const STAMP = '/etc/docker/.hvkit-applied';

export interface Service {
  /** The files that it reads when it starts. */
  readonly reads: readonly string[];
  /** Where it is kept what it was started with, if not beside them. */
  readonly stamp?: string;
  restart: (host: Host) => Promise<void>;
  /** Of a containerd that is a service beside it; any other goes with it. */
  restartContainerd?: (host: Host) => Promise<void>;
  /** Starts what does not run; of what runs, nothing. */
  start: (host: Host) => Promise<void>;
}

// The files there, so that the key does not travel for it. Of the programs, whether they are others than they were: a
// distribution's package may leave the old ones running. A containerd that is no service of its own is dockerd's child.
const WANTED = `for file; do [ ! -e "$file" ] || sha256sum "$file"; done
for program in dockerd containerd; do stat -L -c '%n %s %Y' "$(command -v $program)" 2>/dev/null || :; done`;

// What was replaced while it ran is shown as deleted.
const OUTDATED = `program=$(readlink -f "$(command -v containerd)") || exit 1
ls -l /proc/[0-9]*/exe 2>/dev/null | grep -qF -- "-> $program (deleted)"`;

/** Whether a containerd runs that is not the one which is there. */
function hasOldContainerd(host: Host): Promise<boolean> {
  return host.succeeds('sh', ['-c', OUTDATED]);
}

/**
 * Restarts dockerd if it was started with anything else than what is there now, or is not the one that is there. Whoever is
 * killed between writing and restarting leaves the old stamp, and the next one restarts: nobody has to remember that
 * something was changed.
 */
export async function settle(host: Host, { reads, stamp = STAMP, ...service }: Service): Promise<void> {
  const wanted = await host.run('sh', ['-c', WANTED, 'sh', ...reads]);
  const isContainerdOld = await hasOldContainerd(host);
  if (!isContainerdOld && (await host.read(stamp)) === wanted) {
    await service.start(host);
    return;
  }
  if (isContainerdOld) await service.restartContainerd?.(host);
  await service.restart(host);
  await host.write(stamp, wanted, { mode: 0o600 });
}
