import { open, type FileHandle } from 'node:fs/promises';

/** Bytes that are read a piece at a time. */
export interface ByteSource {
  readonly size: number;
  /** What is there of `length` bytes from `offset` on: fewer only at the end. */
  read(offset: number, length: number): Promise<Buffer>;
}

export function bytesSource(bytes: Buffer): ByteSource {
  return { size: bytes.length, read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)) };
}

/** A file, for as long as `use` takes. */
export async function withFile<T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return await use({ size, read: (offset, length) => readFully(file, offset, Math.min(length, size - offset)) });
  } finally {
    await file.close();
  }
}

async function readFully(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, length));
  let done = 0;
  while (done < buffer.length) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}
