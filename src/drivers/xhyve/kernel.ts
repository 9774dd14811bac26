import { open } from 'node:fs/promises';

import { HvError } from '../../errors';

/** By the x86 boot protocol: where the word of a bzImage stands, behind it the protocol's version. */
const WORD = { at: 514, text: 'HdrS' };
/** hyperkit asks for no older one. */
const VERSION = 0x020a;
const HEAD = 520;

/** hyperkit ends with SIGABRT, and without a word, on anything else, such as a kernel that was unpacked. */
export async function checkKernel(path: string): Promise<void> {
  const head = await headOf(path);
  const isBzImage =
    head.length === HEAD &&
    head.toString('latin1', WORD.at, WORD.at + WORD.text.length) === WORD.text &&
    head.readUInt16LE(WORD.at + WORD.text.length) >= VERSION;
  if (isBzImage) return;
  throw new HvError({
    code: 'ERR_XHYVE_OPTION',
    message: `The kernel ${path} is not a bzImage, and hyperkit starts nothing else`,
    hint: 'The file that a distribution calls vmlinuz is one. --xhyve-boot-kernel names another kernel than the image has.',
  });
}

async function headOf(path: string): Promise<Buffer> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw new HvError({
      code: 'ERR_XHYVE_OPTION',
      message: `The kernel ${path} cannot be read: ${(error as Error).message}`,
      cause: error,
    });
  }
}
