const PROGRAM_DYNAMIC = 2;
const PROGRAM_INTERPRETER = 3;
const PROGRAM_LOAD = 1;
const DYNAMIC_NEEDED = 1;
const DYNAMIC_STRINGS = 5;

export function isElf(bytes: Buffer): boolean {
  return bytes.length > 64 && bytes.toString('latin1', 0, 4) === '\x7fELF' && bytes[4] === 2 && bytes[5] === 1;
}

/** What the dynamic linker loads for a program or library: its libraries by name, and the linker itself. */
export function linkedWith(bytes: Buffer): { libraries: string[]; interpreter?: string } {
  const segments = table(bytes, 32, 54, 56).map((at) => ({
    type: bytes.readUInt32LE(at),
    offset: number(bytes, at + 8),
    address: number(bytes, at + 16),
    size: number(bytes, at + 32),
  }));
  const interpreter = segments.find(({ type }) => type === PROGRAM_INTERPRETER);
  const dynamic = segments.find(({ type }) => type === PROGRAM_DYNAMIC);
  const tags: (readonly [tag: number, value: number])[] = [];
  for (let at = dynamic?.offset ?? 0; at < (dynamic ? dynamic.offset + dynamic.size : 0); at += 16) {
    tags.push([number(bytes, at), number(bytes, at + 8)]);
  }
  const address = tags.find(([tag]) => tag === DYNAMIC_STRINGS)?.[1] ?? 0;
  const home = segments.find(
    (each) => each.type === PROGRAM_LOAD && address >= each.address && address < each.address + each.size,
  );
  const strings = home ? address - home.address + home.offset : 0;
  return {
    libraries: tags.filter(([tag]) => tag === DYNAMIC_NEEDED).map(([, value]) => text(bytes, strings + value)),
    ...(interpreter ? { interpreter: text(bytes, interpreter.offset) } : {}),
  };
}

/** The bytes of a section, such as a kernel module's `.modinfo`. */
export function section(bytes: Buffer, name: string): Buffer | undefined {
  const headers = table(bytes, 40, 58, 60).map((at) => ({
    name: bytes.readUInt32LE(at),
    offset: number(bytes, at + 24),
    size: number(bytes, at + 32),
  }));
  const names = headers[bytes.readUInt16LE(62)];
  const found = names && headers.find((each) => text(bytes, names.offset + each.name) === name);
  return found && bytes.subarray(found.offset, found.offset + found.size);
}

/** Where the entries of one of the ELF header's two tables begin. */
function table(bytes: Buffer, offsetAt: number, sizeAt: number, countAt: number): number[] {
  const [start, size] = [number(bytes, offsetAt), bytes.readUInt16LE(sizeAt)];
  return Array.from({ length: bytes.readUInt16LE(countAt) }, (_, index) => start + index * size);
}

function number(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

function text(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, bytes.indexOf(0, at));
}
