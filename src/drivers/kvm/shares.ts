import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { hasModule } from '../../images/guest-modules';
import type { BootImage } from '../../images/image';
import { HvError } from '../../errors';
import type { MachineSpec } from '../driver';
import { isRoot } from './choose';
import { installCommand } from './packages';
import type { KvmPlan } from './plan';
import type { Target } from './target';

/** Where QEMU's helpers say what they are, and libvirt looks for virtiofsd. */
const DESCRIPTIONS = ['/etc/qemu/vhost-user', '/usr/share/qemu/vhost-user', '/usr/local/share/qemu/vhost-user'];
const description = z.looseObject({ type: z.string(), binary: z.string() });

/** What keeps folders from being shared, whatever the guest. */
export function checkShares({ shares }: MachineSpec, target: Target): void {
  if (shares.length === 0) return;
  for (const { host } of shares) checkFolder(host);
  if (target.kind === 'remote') {
    throw refused(
      `The machine would be on another host (${target.uri}), where this host's folders are not`,
      'Leave out --share; hvkit scp copies files.',
    );
  }
  const unspeakable = isByVirtiofs(target) && shares.find(({ host }) => host.includes(','));
  if (unspeakable) {
    const { host, guest } = unspeakable;
    throw refused(
      `${host} cannot be shared: virtiofsd takes no path with a comma in it`,
      `Share a link to it: ln -s '${host}' link; --share link:${guest}`,
    );
  }
  if (isByVirtiofs(target) && !DESCRIPTIONS.some(hasVirtiofsd)) {
    throw refused('virtiofsd, which serves shared folders, is not installed', installCommand('virtiofsd'));
  }
}

/** How shared folders reach the guest, or why they cannot. What a distribution's kernel has, it tells when it runs. */
export async function settleShares(spec: MachineSpec, image: BootImage, target: Target): Promise<KvmPlan['shares']> {
  if (spec.shares.length === 0) return undefined;
  if (image.init === 'none') {
    throw refused(
      `Nobody in the guest of ${image.name} would mount a shared folder: it reads no seed`,
      'Leave out --share, or take an image with cloud-init.',
    );
  }
  const type = isByVirtiofs(target) ? 'virtiofs' : '9p';
  if (image.init !== 'micro') return type;
  const has9p = await hasModule(image, '9p');
  if (type === '9p' && !has9p) {
    throw refused(
      `The guest ${image.name} mounts folders by virtiofs, which libvirt gives to root and the members of its group only`,
      `Use qemu:///system (sudo usermod -aG libvirt "$USER", then log in again), or an image whose kernel has 9p.`,
    );
  }
  if (type === 'virtiofs' && has9p && !(await hasModule(image, 'virtiofs'))) {
    throw refused(
      `The kernel of ${image.name} has 9p only, and the libvirt of ${target.uri} shares folders by virtiofs`,
      'Take an image whose kernel has virtiofs; or, as an ordinary user: --kvm-uri qemu:///session, which shares by 9p.',
    );
  }
  return type;
}

/** libvirt starts virtiofsd as root only. QEMU's own 9p reads and writes as this user. */
function isByVirtiofs({ kind }: Target): boolean {
  return kind === 'system' || isRoot();
}

function hasVirtiofsd(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.some((name) => {
    const parsed = description.safeParse(jsonIn(join(folder, name)));
    return parsed.success && parsed.data.type === 'fs' && existsSync(parsed.data.binary);
  });
}

/** undefined: it is none, which is libvirt's to complain about. */
function jsonIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function checkFolder(path: string): void {
  let isFolder: boolean | undefined;
  try {
    isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  } catch (error) {
    throw refused(`${path}, which is to be shared, cannot be looked at: ${(error as Error).message}`, `ls -ld ${path}`);
  }
  if (isFolder === true) return;
  throw refused(
    isFolder === false ? `${path}, which is to be shared, is not a folder` : `There is no folder ${path} to be shared`,
    'Write the path of a folder of this host, and where it is to be in the guest: --share /srv/data:/data',
  );
}

function refused(message: string, hint: string): HvError {
  return new HvError({ code: 'ERR_KVM_SHARE', message, hint });
}
