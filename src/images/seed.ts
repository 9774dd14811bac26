import { stringify } from 'yaml';

import { writeIso, type IsoFile } from './iso9660/write';
import { mountCommand, oneLine, shareLines, type GuestShare, type ShareLine, type ShareType } from './share-mount';
import { besideTheirs, CLOUD_CONFIG, JINJA } from './user-data';

/** What a guest is told at its first boot. */
export interface Seed {
  hostname: string;
  /** The machine's: cloud-init takes a seed with another one for a new machine. */
  uuid: string;
  /** Who logs in; made where the image does not have it. */
  user: string;
  authorizedKeys: readonly string[];
  /** The ssh host key, in OpenSSH's forms. */
  hostKey: { private: string; public: string };
  shares?: readonly GuestShare[];
  shareType?: ShareType;
  /** The user's own: a `#cloud-config`, a script, or whatever else cloud-init takes. */
  userData?: string | undefined;
  /** It is to be a Docker host, and will be told how: hvkit's own image waits for that. */
  isDockerHost?: boolean;
  /** Of the network interface. Without it the first Ethernet interface is meant. */
  mac?: string | undefined;
}

const SECRET = 0o600;

/**
 * An ISO 9660 image labelled `cidata`, which cloud-init (NoCloud) and hvkit's own guest read. It holds the guest's private
 * host key: a file of it must be 0600.
 */
export function buildSeed(seed: Seed): Buffer {
  const { hostname, uuid, user, hostKey, userData } = seed;
  const keys = seed.authorizedKeys.map((key) => oneLine(key.trim(), 'An ssh key'));
  const shares = shareLines(seed.shares ?? [], seed.shareType ?? 'virtiofs');
  const files: IsoFile[] = [
    { path: 'meta-data', data: yaml({ 'instance-id': uuid, 'local-hostname': hostname }) },
    { path: 'network-config', data: yaml(networkConfig(seed.mac)) },
    { path: 'user-data', data: cloudInitData(seed, keys, shares), mode: SECRET },
    { path: 'hvkit/hostname', data: `${oneLine(hostname, 'A host name')}\n` },
    { path: 'hvkit/user', data: `${oneLine(user, 'A user name')}\n` },
    { path: 'hvkit/authorized_keys', data: keys.map((key) => `${key}\n`).join('') },
    { path: 'hvkit/ssh_host_ed25519_key', data: ended(hostKey.private), mode: SECRET },
    { path: 'hvkit/ssh_host_ed25519_key.pub', data: ended(hostKey.public) },
    { path: 'hvkit/shares', data: shares.map((share) => `${share.join('\t')}\n`).join('') },
  ];
  if (seed.isDockerHost === true) files.push({ path: 'hvkit/docker-host', data: '' });
  // Others are cloud-init's business.
  if (userData?.startsWith('#!')) files.push({ path: 'hvkit/user-data', data: userData, mode: 0o700 });
  return writeIso({ label: 'cidata', files });
}

/** One Ethernet interface by DHCP, with its MAC as the client's identifier: what leases and reservations are found by. */
function networkConfig(mac: string | undefined): object {
  // The name is the interface's own for systems that know no netplan.
  const match = mac === undefined ? { match: { name: 'e*' } } : { match: { macaddress: mac }, 'set-name': 'eth0' };
  return { version: 2, ethernets: { eth0: { ...match, dhcp4: true, 'dhcp-identifier': 'mac' } } };
}

function cloudInitData(seed: Seed, keys: readonly string[], shares: readonly ShareLine[]): string {
  const { hostname, user, hostKey, userData } = seed;
  const wishes = {
    hostname,
    preserve_hostname: false,
    // Or sudo complains that it cannot resolve the machine's name.
    manage_etc_hosts: 'localhost',
    ssh_pwauth: false,
    growpart: { mode: 'auto', devices: ['/'] },
    resize_rootfs: true,
  };
  const musts = {
    // The system's own default user under another name: it has the shell and the groups that are usual there.
    user: {
      name: user,
      // As text, not as a list, which some releases of cloud-init complain about.
      sudo: 'ALL=(ALL) NOPASSWD:ALL',
      ssh_authorized_keys: keys,
    },
    ssh_deletekeys: true,
    ssh_genkeytypes: ['ed25519'],
    ssh_keys: { ed25519_private: ended(hostKey.private), ed25519_public: ended(hostKey.public) },
  };
  // At each boot, because cloud-init's `mounts` takes only block devices and servers for what can be mounted.
  const mounts = shares.length === 0 ? {} : { bootcmd: shares.map(mountCommand) };
  return besideTheirs(userData?.trim() === '' ? undefined : userData, [
    // Where theirs says something else, theirs holds.
    part(wishes, 'dict(no_replace)+list()+str()'),
    part(musts, 'dict(replace)+list()+str()'),
    doasPart(user),
    ...(shares.length === 0 ? [] : [part(mounts, 'dict(no_replace,recurse_list)+list(append)+str()')]),
  ]);
}

/**
 * Alpine has it in the place of sudo, and its cloud-init refuses a user under whose name the image's own rule does not stand.
 * Others that do not know the word complain about it at each boot.
 */
function doasPart(user: string): string {
  const rule = yaml({ user: { doas: [`permit nopass ${user}`] }, merge_how: 'dict(recurse_dict)+list()+str()' });
  return `${JINJA}\n${CLOUD_CONFIG}\n{% if v1.distro == 'alpine' %}\n${rule}{% else %}{}\n{% endif %}\n`;
}

function part(config: object, mergeHow: string): string {
  return `${CLOUD_CONFIG}\n${yaml({ ...config, merge_how: mergeHow })}`;
}

/** As YAML 1.1 understands it, which is cloud-init's: a machine called `on` or `12` stays text. */
function yaml(value: object): string {
  return stringify(value, { version: '1.1', lineWidth: 0 });
}

function ended(text: string): string {
  return `${text.trimEnd()}\n`;
}
