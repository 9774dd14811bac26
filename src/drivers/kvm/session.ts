import { existsSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

import type { Connection } from '../../native/libvirt';
import { connectOrStart, installedDaemons, startDaemon } from './daemon';
import { socketOf, type Target } from './target';

const DAEMONS = ['libvirtd', 'virtqemud'];
const SOCKETS: Readonly<Record<string, string>> = { libvirtd: 'libvirt-sock', virtqemud: 'virtqemud-sock' };
/** Where libvirt keeps a session's socket, machines and caches. */
const DECISIVE = ['HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME', 'USER', 'LOGNAME'];

/**
 * This user's session daemon. The environment decides where it listens, and a process with another environment (cron, an
 * IDE, sudo) would start a second daemon that knows nothing of the machine: so it is resolved once.
 */
export function sessionTarget(env: NodeJS.ProcessEnv): Target {
  const runtime = runtimeFolder(env);
  const socket = (name: string): string => join(runtime, 'libvirt', SOCKETS[name] ?? '');
  const name = DAEMONS.find((each) => existsSync(socket(each))) ?? installedDaemon();
  const kept = DECISIVE.flatMap((key) => (env[key] === undefined ? [] : [[key, env[key]] as const]));
  return {
    kind: 'session',
    uri: `qemu:///session?socket=${encodeURIComponent(socket(name))}`,
    onDemand: true,
    environment: { HOME: homedir(), ...Object.fromEntries(kept), XDG_RUNTIME_DIR: runtime },
  };
}

/** With a socket in the URI libvirt leaves it to us to start the daemon. */
export function openSession({ uri, environment = {} }: Target): Promise<Connection> {
  const socket = socketOf(uri) ?? '';
  return connectOrStart(uri, {
    start: async () => {
      await mkdir(dirname(socket), { recursive: true, mode: 0o700 });
      const name = DAEMONS.find((each) => SOCKETS[each] === basename(socket)) ?? installedDaemon();
      await startDaemon(name, environment);
    },
  });
}

function installedDaemon(): string {
  return installedDaemons(...DAEMONS.map((name) => [name]))?.[0] ?? 'libvirtd';
}

/** As libvirt itself looks for it; and where a login made it, if only this process was not told. */
function runtimeFolder(env: NodeJS.ProcessEnv): string {
  const named = env['XDG_RUNTIME_DIR'];
  if (named !== undefined && named !== '') return named;
  const uid = process.getuid?.();
  const ofLogin = `/run/user/${uid ?? ''}`;
  if (statSync(ofLogin, { throwIfNoEntry: false })?.uid === uid) return ofLogin;
  return env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? homedir(), '.cache');
}
