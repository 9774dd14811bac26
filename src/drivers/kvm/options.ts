import { z } from 'zod';

/** Of the common options that these stand for, docker-machine's kvm driver had its own. */
export const kvmOptions = z.strictObject({
  uri: z
    .string()
    .min(1)
    .optional()
    .describe('libvirt connection: a URI such as qemu:///system or qemu+ssh://host/system, or embed for none at all'),
  machineType: z.string().min(1).optional().describe('QEMU machine type: q35, pc, virt'),
  firmware: z
    .enum(['auto', 'bios', 'efi'])
    .default('auto')
    .describe('what starts a disk image; auto is bios on x86_64 and efi on aarch64'),
  cacheMode: z
    .enum(['default', 'none', 'writethrough', 'writeback', 'directsync', 'unsafe'])
    .default('default')
    .describe("disk cache: QEMU's modes"),
  ioMode: z.enum(['threads', 'native', 'io_uring']).optional().describe("disk I/O: QEMU's modes"),
  sshUser: z.string().min(1).optional().describe('user to log in as, in place of the one that the image names'),
  memory: z.coerce.number().int().min(64).optional().describe('MiB; the same as --memory'),
  diskSize: z.coerce.number().int().min(1).optional().describe('MiB; the same as --disk'),
  cpuCount: z.coerce.number().int().min(1).max(512).optional().describe('the same as --cpus'),
  network: z.string().min(1).optional().describe('a libvirt network by its name; the same as --network network=NAME'),
  boot2dockerUrl: z.string().min(1).optional().describe('the same as --image'),
});

export type KvmOptions = z.output<typeof kvmOptions>;
