import { spawnSync } from 'node:child_process';

import { virsh } from './networks.mjs';

const NAME = 'bench-virt-install';

/** What scripts do: virt-install, then a look each second whether there is an address, then whether somebody answers. */
const SCRIPT = `
set -euo pipefail
name=$1 user=$2 key=$3 known=$4; shift 4
virt-install --connect qemu:///system --name "$name" --import --noautoconsole --graphics none "$@" >&2
until address=$(virsh --connect qemu:///system domifaddr "$name" | grep -oE '([0-9]+\\.){3}[0-9]+'); do sleep 1; done
until ssh -F none -i "$key" -o BatchMode=yes -o ConnectTimeout=1 -o StrictHostKeyChecking=no \\
  -o UserKnownHostsFile="$known" -o LogLevel=ERROR "$user@$address" true; do sleep 1; done
`;

export function virtInstall(guest, network) {
  const { target, folder, accel, cpus, memory, machineType, kernel, initrd, cmdline, disk, seed, mac } = guest;
  const words = [
    ...[NAME, target.user, target.identityFile, `${folder}/known_hosts`],
    ...[
      '--virt-type',
      accel === 'kvm' ? 'kvm' : 'qemu',
      '--machine',
      machineType,
      '--osinfo',
      'detect=off,require=off',
    ],
    ...['--cpu', accel === 'kvm' ? 'host-passthrough' : 'mode=maximum'],
    ...['--vcpus', String(cpus), '--memory', String(memory)],
    ...['--boot', `kernel=${kernel},initrd=${initrd},kernel_args="${cmdline}"`],
    ...['--disk', `path=${disk},format=qcow2,bus=virtio`, '--disk', `path=${seed},format=raw,bus=virtio,readonly=on`],
    ...['--network', `network=${network},model=virtio,mac=${mac}`],
  ];
  const { status, stderr, error } = spawnSync('bash', ['-c', SCRIPT, 'virt-install', ...words], { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) {
    throw new Error(`virt-install, which scripts/setup --dev installs, ended with ${status}: ${stderr}`);
  }
}

export function removeVirtInstalled() {
  virsh('destroy', NAME);
  virsh('undefine', NAME);
}
