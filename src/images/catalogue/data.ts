import type { Arch, GuestInit } from '../image';

/** Where a distribution has an image. */
export interface ImageSource {
  /** The server, then folders. A pattern stands for the newest that matches it, by the server's own listing. */
  folder: readonly [string, ...(string | RegExp)[]];
  file: string | RegExp;
  /** The list of checksums in the same folder; `{file}` is the image's own name. */
  checksums: string | RegExp;
  signature: SignatureSource;
}

export interface SignatureSource {
  /** `none`: none is known. `inline`: within the list itself. */
  form: 'none' | 'inline' | 'detached';
  /** Files of the host that may have the distribution's keys. `{version}` is the newest folder that was taken. */
  keyrings: readonly string[];
}

export interface CatalogueEntry {
  name: string;
  description: string;
  family: 'alpine' | 'debian' | 'fedora' | 'ubuntu';
  /** Whom the image makes by itself, through cloud-init. */
  user: string;
  init: GuestInit;
  images: Readonly<Record<Arch, ImageSource>>;
}

const ARCHES = ['x86_64', 'aarch64'] as const;
/** What Debian and Ubuntu call them. */
const DEBIAN_ARCH: Readonly<Record<Arch, string>> = { x86_64: 'amd64', aarch64: 'arm64' };

function forEach(sourceOf: (arch: Arch) => ImageSource): Readonly<Record<Arch, ImageSource>> {
  return Object.fromEntries(ARCHES.map((arch) => [arch, sourceOf(arch)])) as Record<Arch, ImageSource>;
}

function debian(name: string, version: string, codename: string): CatalogueEntry {
  return {
    name,
    description: `Debian ${version} (${codename}), cloud image`,
    family: 'debian',
    user: 'debian',
    init: 'cloud-init',
    images: forEach((arch) => ({
      folder: ['https://cloud.debian.org/images/cloud', codename, 'latest'],
      file: `debian-${version}-genericcloud-${DEBIAN_ARCH[arch]}.qcow2`,
      checksums: 'SHA512SUMS',
      signature: { form: 'none', keyrings: [] },
    })),
  };
}

function ubuntu(name: string, version: string): CatalogueEntry {
  return {
    name,
    description: `Ubuntu Server ${version} LTS, cloud image`,
    family: 'ubuntu',
    user: 'ubuntu',
    init: 'cloud-init',
    images: forEach((arch) => ({
      folder: ['https://cloud-images.ubuntu.com/releases', version, 'release'],
      file: `ubuntu-${version}-server-cloudimg-${DEBIAN_ARCH[arch]}.img`,
      checksums: 'SHA256SUMS',
      signature: { form: 'detached', keyrings: ['/usr/share/keyrings/ubuntu-cloudimage-keyring.gpg'] },
    })),
  };
}

const ALPINE: CatalogueEntry = {
  name: 'alpine',
  description: 'Alpine Linux, the newest, cloud image',
  family: 'alpine',
  user: 'alpine',
  init: 'cloud-init',
  images: forEach((arch) => ({
    folder: ['https://dl-cdn.alpinelinux.org/alpine/latest-stable/releases/cloud'],
    file:
      arch === 'x86_64'
        ? /^(?:nocloud|generic)_alpine-[\d.]+-x86_64-bios-cloudinit-r\d+\.qcow2$/
        : /^(?:nocloud|generic)_alpine-[\d.]+-aarch64-uefi-cloudinit-r\d+\.qcow2$/,
    checksums: '{file}.sha512',
    signature: { form: 'none', keyrings: [] },
  })),
};

const FEDORA: CatalogueEntry = {
  name: 'fedora',
  description: 'Fedora Cloud, the newest',
  family: 'fedora',
  user: 'fedora',
  init: 'cloud-init',
  images: forEach((arch) => ({
    // Not the address that sends each download to another mirror: the list and the image should be of one moment.
    folder: ['https://dl.fedoraproject.org/pub/fedora/linux/releases', /^\d+$/, `Cloud/${arch}/images`],
    file: new RegExp(`^Fedora-Cloud-Base-Generic[-.](?:${arch}-)?\\d[\\d.-]*(?:\\.${arch})?\\.qcow2$`),
    checksums: new RegExp(`^Fedora-Cloud-\\d[\\d.-]*-${arch}-CHECKSUM$`),
    signature: {
      form: 'inline',
      keyrings: [
        '/etc/pki/rpm-gpg/RPM-GPG-KEY-fedora-{version}-primary',
        '/usr/share/distribution-gpg-keys/fedora/RPM-GPG-KEY-fedora-{version}-primary',
      ],
    },
  })),
};

/** The first of a distribution is the one meant by its bare name. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  debian('debian', '13', 'trixie'),
  debian('debian-13', '13', 'trixie'),
  debian('debian-12', '12', 'bookworm'),
  ubuntu('ubuntu', '26.04'),
  ubuntu('ubuntu-26.04', '26.04'),
  ubuntu('ubuntu-24.04', '24.04'),
  ubuntu('ubuntu-22.04', '22.04'),
  ALPINE,
  FEDORA,
];
