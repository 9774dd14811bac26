import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How a guest reaches the network: by QEMU's own, with its ssh server and what else is wanted at ports of this host, or by a tap. */
export const userNet = ({ target: { host, port }, forwards }) =>
  [{ host: port, guest: 22 }, ...forwards].reduce(
    (words, each) => `${words},hostfwd=tcp:${host}:${each.host}-:${each.guest}`,
    'user,id=net0',
  );
export const tapNet = (tap) => () => `tap,id=net0,ifname=${tap},script=no,downscript=no`;

const BESIDES = [
  ...['-device', 'virtio-serial-pci', '-device', 'pvpanic', '-device', 'virtio-balloon-pci'],
  ...['-object', 'rng-random,id=rng0,filename=/dev/urandom', '-device', 'virtio-rng-pci,rng=rng0'],
];

/** QEMU with the devices that a machine of hvkit's has, and nothing around it. */
export function startQemu(guest, net) {
  const { accel, machineType, cpus, memory, kernel, initrd, cmdline, disk, seed, mac } = guest;
  const words = [
    ['-nodefaults', '-no-user-config', '-display', 'none'],
    ['-machine', `${machineType},usb=off,hpet=off`, '-accel', accel, '-cpu', accel === 'kvm' ? 'host' : 'max'],
    ['-smp', String(cpus), '-m', String(memory)],
    ['-kernel', kernel, '-initrd', initrd, '-append', cmdline],
    ['-drive', `file=${disk},format=qcow2,if=virtio,discard=unmap`],
    ['-drive', `file=${seed},format=raw,if=virtio,readonly=on`],
    ['-netdev', net(guest), '-device', `virtio-net-pci,netdev=net0,mac=${mac},romfile=`],
    ['-serial', `file:${guest.folder}/console.log`],
    BESIDES,
  ];
  const child = spawn('qemu-system-x86_64', words.flat(), { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  const ended = once(child, 'close');
  let wanted = false;
  return {
    /** Rejects when it ends by itself. */
    failed: ended.then(([status]) => {
      if (!wanted) throw new Error(`QEMU ended with ${status}: ${said}`);
    }),
    async stop() {
      wanted = true;
      child.kill('SIGKILL');
      await ended;
    },
  };
}
