import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import type { DriverContext } from '../driver';
import { embedTarget, isRoot, SYSTEM } from './choose';
import type { Claims } from './claims';
import { prefixOf } from './names';
import { sessionTarget } from './session';
import { daemonOf, embedRoot, socketOf, type Target } from './target';

const SYSTEM_SOCKETS = ['/run/libvirt/libvirt-sock', '/run/libvirt/virtqemud-sock'];

/** A libvirt that may have something of this home's. */
export interface Place {
  target: Target;
  /** A machine is there: not to reach it is an error. Elsewhere it only may be that there was one. */
  known: boolean;
}

/** Where to look for what this home has made. No daemon is started to look for what nobody knows of. */
export function placesOf(known: readonly Target[], claims: Claims, context: DriverContext): Place[] {
  // By the URI: what daemonOf() takes for one may be several behind tunnels, and each has machines to tell of.
  const places = new Map(known.map((target) => [target.uri, { target, known: true }]));
  const daemons = new Set(known.map(({ uri }) => daemonOf(uri)));
  const guess = (target: Target): void => {
    if (!daemons.has(daemonOf(target.uri))) places.set(target.uri, { target, known: false });
  };
  if (SYSTEM_SOCKETS.some((path) => existsSync(path))) guess(SYSTEM);
  if (!isRoot() && hasSession(context)) guess(sessionTarget(context.env));
  const embed = embedTarget(context);
  // A process that opens it can open nothing else: only where something is to be found, and as the last.
  if (
    hasDomains(join(embedRoot(embed.uri) ?? '', 'etc/qemu'), context) &&
    !claims.some(({ daemon }) => daemon === daemonOf(embed.uri))
  ) {
    guess(embed);
  }
  return [...places.values()];
}

function hasSession(context: DriverContext): boolean {
  const { XDG_CONFIG_HOME: configuration, HOME: home = homedir() } = context.env;
  if (existsSync(socketOf(sessionTarget(context.env).uri) ?? '')) return true;
  return hasDomains(join(configuration ?? join(home, '.config'), 'libvirt/qemu'), context);
}

/** Where libvirt keeps definitions, each has a file of its name. */
function hasDomains(folder: string, { home }: DriverContext): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(prefixOf(home)));
}
