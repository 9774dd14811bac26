import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';

/** A boot that takes longer has failed. */
export const LONGEST_MS = 300_000;

/**
 * What boots without hvkit: the kernel, the initrd and a seed such as a machine of hvkit's has them, and a disk of the same
 * size, on top of the image's if it has one. All of it is there before the time runs. `forwards` are ports of the host beside
 * ssh's that lead to it.
 */
export function guestLike(bench, home, { image, plan, spec }, { mac, host, port, forwards = [] }) {
  const require = createRequire(import.meta.url);
  const { buildSeed } = require(join(bench.root, 'dist', 'images', 'seed.js'));
  const { generateKeyPair } = require(join(bench.root, 'dist', 'ssh', 'keys.js'));
  // libvirt's QEMU, which is another user, reads here.
  const folder = mkdtempSync('/var/lib/libvirt/images/bench-');
  chmodSync(folder, 0o755);
  const [user, server] = [generateKeyPair('bench'), generateKeyPair('bench')];
  const identityFile = join(folder, 'id_ed25519');
  writeFileSync(identityFile, user.privateKey, { mode: 0o600 });
  const seed = join(folder, 'seed.iso');
  writeFileSync(
    seed,
    buildSeed({
      hostname: 'bench',
      uuid: crypto.randomUUID(),
      user: plan.user,
      authorizedKeys: [user.publicKey],
      hostKey: { private: server.privateKey, public: server.publicKey },
      mac,
    }),
  );
  // Another copy than the home's: libvirt makes what it is given its user's own.
  const copyOf = ({ path }) => join(process.env.HVKIT_LAB_IMAGES, relative(join(home.path, 'cache'), path));
  const disk = join(folder, 'disk.qcow2');
  const below = image.disk ? ['-b', copyOf(image.disk), '-F', image.disk.format] : [];
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...below, disk, String(spec.disk)]);
  return {
    folder,
    disk,
    seed,
    mac,
    forwards,
    kernel: copyOf(image.kernel),
    initrd: copyOf(image.initrd),
    cmdline: ['console=ttyS0', 'no_timer_check', image.cmdline ?? ''].join(' ').trim(),
    cpus: spec.cpus,
    memory: spec.memory,
    accel: plan.accel,
    machineType: plan.machineType,
    target: { host, port, user: plan.user, identityFile, hostKey: server.publicKey },
  };
}

/** By the same wait that hvkit has. */
export async function firstLogin(bench, guest) {
  await whileLoggedIn(bench, guest, () => undefined);
}

/** What is done over the connection of the first login. */
export async function whileLoggedIn(bench, { target }, use) {
  const { waitForSsh } = createRequire(import.meta.url)(join(bench.root, 'dist', 'ssh', 'wait.js'));
  const client = await waitForSsh(target, { deadline: Date.now() + LONGEST_MS });
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
