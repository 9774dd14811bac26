import { z } from 'zod';

const path = z.string().startsWith('/');
const INSTEAD = 'is --share here: --share /Users/me:/Users/me';

/** docker-machine-driver-xhyve's, and what hyperkit can do besides. */
export const xhyveOptions = z.strictObject({
  hyperkit: path.optional().describe('the program hyperkit, where it is not found by itself'),
  cpuCount: z.coerce.number().int().min(1).max(64).optional().describe('the same as --cpus'),
  memorySize: z.coerce.number().int().min(64).optional().describe('MiB; the same as --memory'),
  diskSize: z.coerce.number().int().min(1).optional().describe('MiB; the same as --disk'),
  boot2dockerUrl: z.string().min(1).optional().describe('the same as --image'),
  bootCmd: z.string().min(1).optional().describe("arguments of the kernel, in place of the image's own"),
  bootKernel: path.optional().describe("a kernel, in place of the image's own"),
  bootInitrd: path.optional().describe("an initrd, in place of the image's own"),
  bootrom: path.optional().describe('UEFI, which starts a disk that boots by itself'),
  qcow2: z.boolean().default(false).describe('a disk in the format qcow2, for a hyperkit that was built with it'),
  rawdisk: z.boolean().default(false).describe('a raw disk, which it is anyway'),
  disks: z
    .string()
    .regex(/^\/[^,]*(,\/[^,]*){0,7}$/, 'up to eight absolute paths with commas between them are wanted')
    .refine((disks) => new Set(disks.split(',')).size === disks.split(',').length, 'a disk is named twice')
    .optional()
    .describe('more disks, up to eight: paths with commas between them'),
  uuid: z.uuid().optional().describe('the UUID that the MAC, and with it the address, follows from'),
  address: z.ipv4().optional().describe('an address that is kept for the machine, in a network of its own: macOS 26'),
  vpnkitSocket: path.optional().describe("a socket that serves the guest's Ethernet as vpnkit does, in place of vmnet"),
  vsockPorts: z
    .string()
    .regex(/^[1-9]\d{0,8}(,[1-9]\d{0,8}){0,3}$/, 'up to four numbers with commas between them are wanted')
    .optional()
    .describe('ports of the guest (vsock) that are sockets of this host, up to four: numbers with commas between them'),
  virtio9p: z.string().optional().describe(INSTEAD),
  virtio9pRoot: z.string().optional().describe(INSTEAD),
  experimentalNfsShare: z.string().optional().describe(INSTEAD),
  experimentalNfsShareRoot: z.string().optional().describe(INSTEAD),
});

export type XhyveOptions = z.output<typeof xhyveOptions>;
