import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

import { HvError } from '../../errors';
import type { Properties } from '../../resources/resource';
import type { DriverContext, Health } from '../driver';
import { chooseTarget, isRoot, SYSTEM, type Choice } from './choose';
import { Connections, isEmbedded } from './connections';
import { hasSystemd, isUnanswered, programOf } from './daemon';
import { isSilent } from './open';
import { asRoot, installCommand } from './packages';

const SOCKETS = ['/run/libvirt/libvirt-sock', '/run/libvirt/virtqemud-sock'];
const LOGGER_SOCKET = '/run/libvirt/virtlogd-sock';
const QEMU_CONFIGURATION = '/etc/libvirt/qemu.conf';
/** libvirt's own in this process, which one process at a time can have: to look is not worth taking it. */
const EMBED = 'embed';
const QEMU = process.arch === 'arm64' ? 'qemu-system-aarch64' : 'qemu-system-x86_64';
/** The second is Fedora's and Red Hat's. */
const EMULATORS = [...['/usr/bin', '/usr/local/bin'].map((folder) => join(folder, QEMU)), '/usr/libexec/qemu-kvm'];

/** Whether machines can be made here, and if not: what is missing, and the command that mends it. */
export async function health(context: DriverContext, { uri: wanted }: Properties = {}): Promise<Health> {
  const given = typeof wanted === 'string' ? wanted : usualUri(context);
  const missing = missingProgram(given);
  if (missing) return { installed: false, healthy: false, ...missing };
  // It has a libvirt that answers, and could not ask another.
  if (isEmbedded() || given === EMBED) return { installed: true, healthy: true };
  const connections = new Connections();
  try {
    if (given === undefined && (await startsOnDemand(connections))) return onDemand();
    const ill = illness(await chooseTarget(given, connections, context));
    return ill ? { installed: true, healthy: false, ...ill } : { installed: true, healthy: true };
  } catch (error) {
    return { installed: true, healthy: false, ...unreachable(error) };
  } finally {
    await connections.close();
  }
}

/** Whether a machine of root's would have its libvirt started first. Whoever only asks does not start it. */
async function startsOnDemand(connections: Connections): Promise<boolean> {
  if (!isRoot()) return false;
  try {
    await connections.writer(SYSTEM);
    return false;
  } catch (error) {
    if (isSilent(error)) throw error;
    return isUnanswered(error);
  }
}

function onDemand(): Health {
  const ill = illness({ ...SYSTEM, ofTheHost: false });
  if (ill) return { installed: true, healthy: false, ...ill };
  return { installed: true, healthy: true, note: 'libvirt does not run: the first machine starts it' };
}

interface Illness {
  reason: string;
  fix: string;
}

function usualUri({ env }: DriverContext): string | undefined {
  const { LIBVIRT_DEFAULT_URI: uri = '' } = env;
  return uri === '' ? undefined : uri;
}

/** Of another host's libvirt nothing is needed here. */
function missingProgram(uri: string | undefined): Illness | undefined {
  if (uri !== undefined && uri !== EMBED && !uri.startsWith('qemu:///')) return undefined;
  if (!EMULATORS.some((path) => statSync(path, { throwIfNoEntry: false })?.isFile())) {
    return { reason: `QEMU is not installed: there is no ${QEMU}`, fix: installCommand('qemu') };
  }
  if (programOf('libvirtd') === undefined && programOf('virtqemud') === undefined) {
    return {
      reason: 'libvirt is not installed: there is neither libvirtd nor virtqemud',
      fix: installCommand('libvirt'),
    };
  }
  return undefined;
}

/** libvirt answers; what would keep a machine from starting all the same. */
function illness({ kind, ofTheHost }: Choice): Illness | undefined {
  if (kind === 'remote') return undefined;
  if (programOf('virtlogd') === undefined && !logsByItself()) {
    return { reason: 'virtlogd, which keeps what consoles print, is not installed', fix: installCommand('libvirt') };
  }
  if (!ofTheHost) return undefined;
  if (!existsSync(LOGGER_SOCKET) && !logsByItself()) {
    return {
      reason: `virtlogd does not run (${LOGGER_SOCKET} is not there): libvirt starts no machine without it`,
      fix: asRoot(hasSystemd() ? 'systemctl start virtlogd.socket' : 'virtlogd --daemon'),
    };
  }
  if (programOf('dnsmasq') === undefined) {
    return {
      reason: 'dnsmasq, which gives machines their addresses, is not installed',
      fix: installCommand('dnsmasq'),
    };
  }
  return undefined;
}

/** libvirt can be told to do without virtlogd. Its configuration is often root's to read. */
function logsByItself(): boolean {
  return (
    canRead(QEMU_CONFIGURATION) && /^\s*stdio_handler\s*=\s*"file"/m.test(readFileSync(QEMU_CONFIGURATION, 'utf8'))
  );
}

function unreachable(error: unknown): Illness {
  const reason = error instanceof Error ? error.message : String(error);
  if (HvError.is(error) && error.code === 'ERR_KVM_URI') return { reason, fix: error.hint ?? 'hvkit create --help' };
  if (isSilent(error)) {
    return { reason, fix: hasSystemd() ? asRoot(`systemctl restart ${daemonUnit()}`) : (error.hint ?? 'hvkit doctor') };
  }
  if (!isRoot() && SOCKETS.some((path) => existsSync(path) && !canWrite(path))) {
    const name = userName();
    if (name === undefined) {
      return {
        reason,
        fix: `another user: this one, ${process.getuid?.()}, has no entry in /etc/passwd, and no groups`,
      };
    }
    return { reason, fix: `sudo usermod -aG libvirt ${name}    # then log in again, or: newgrp libvirt` };
  }
  if (hasSystemd()) {
    return { reason, fix: asRoot(`systemctl enable --now ${daemonUnit()}.socket virtlogd.socket`) };
  }
  return { reason, fix: asRoot('sh -c "virtlogd --daemon; libvirtd --daemon"') };
}

function daemonUnit(): string {
  return programOf('virtqemud') === undefined || programOf('libvirtd') !== undefined ? 'libvirtd' : 'virtqemud';
}

/** In a container it happens that nobody knows who one is. */
function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SystemError') throw error;
    return undefined;
  }
}

function canRead(path: string): boolean {
  return isAllowed(path, constants.R_OK);
}

function canWrite(path: string): boolean {
  return isAllowed(path, constants.W_OK);
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    // Whatever the reason is: no.
    return false;
  }
}
