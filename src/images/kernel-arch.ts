import type { Arch } from './image';
import { withFile, type ByteSource } from './source';

const ELF = Buffer.from('\x7fELF', 'latin1');
/** ELF's e_machine, and the machine of PE's header. */
const ELF_MACHINES: Readonly<Record<number, Arch>> = { 62: 'x86_64', 183: 'aarch64' };
const PE_MACHINES: Readonly<Record<number, Arch>> = { 0x8664: 'x86_64', 0xaa64: 'aarch64' };

/** Which processor a kernel is for, by its head; undefined where that does not tell. */
export function kernelArch(path: string): Promise<Arch | undefined> {
  return withFile(path, kernelArchOf);
}

export async function kernelArchOf(source: ByteSource): Promise<Arch | undefined> {
  const head = await source.read(0, 1024);
  if (head.length < 1024) return undefined;
  if (head.subarray(0, 4).equals(ELF)) return ELF_MACHINES[head.readUInt16LE(18)];
  // The boot protocols of x86 and of arm64.
  if (head.toString('latin1', 514, 518) === 'HdrS') return 'x86_64';
  if (head.toString('latin1', 56, 60) === 'ARM\x64') return 'aarch64';
  // A kernel that unpacks itself as a program of UEFI's.
  if (head.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const pe = await source.read(head.readUInt32LE(60), 6);
  return pe.length === 6 && pe.toString('latin1', 0, 4) === 'PE\0\0' ? PE_MACHINES[pe.readUInt16LE(4)] : undefined;
}
