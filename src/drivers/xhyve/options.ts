import { z } from 'zod';

/** docker-machine-driver-xhyve's, but for those of shared folders. */
export const xhyveOptions = z.strictObject({
  hyperkit: z.string().startsWith('/').optional().describe('the program hyperkit, where it is not found by itself'),
  cpuCount: z.coerce.number().int().min(1).max(64).optional().describe('the same as --cpus'),
  memorySize: z.coerce.number().int().min(64).optional().describe('MiB; the same as --memory'),
  diskSize: z.coerce.number().int().min(1).optional().describe('MiB; the same as --disk'),
  boot2dockerUrl: z.string().min(1).optional().describe('the same as --image'),
  bootCmd: z.string().min(1).optional().describe("arguments of the kernel, in place of the image's own"),
  bootKernel: z.string().startsWith('/').optional().describe("a kernel, in place of the image's own"),
  bootInitrd: z.string().startsWith('/').optional().describe("an initrd, in place of the image's own"),
  qcow2: z.boolean().default(false).describe('a disk in the format qcow2, for a hyperkit that was built with it'),
  rawdisk: z.boolean().default(false).describe('a raw disk, which it is anyway'),
  uuid: z.uuid().optional().describe('the UUID that the MAC, and with it the address, follows from'),
});

export type XhyveOptions = z.output<typeof xhyveOptions>;
