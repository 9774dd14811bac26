import { brokenIso } from './broken';

/** Where an area of entries goes on. */
export interface Continuation {
  block: number;
  offset: number;
  size: number;
}

/** What Rock Ridge says of a file (IEEE P1281 and P1282), as far as anybody here asks for it. */
export interface RockRidge {
  name: string;
  /** Type and permissions, as in `st_mode`. */
  mode: number | undefined;
  /** Where a symbolic link points. */
  target: string | undefined;
  /** The directory lies elsewhere, because it would lie too deep for plain ISO 9660: at this block. */
  movedTo: number | undefined;
  /** It is there only because something was moved: it is listed at its true place. */
  moved: boolean;
  /** Its bytes are compressed one block at a time, and nothing here reads that. */
  zisofs: boolean;
}

const LONGEST_CHAIN = 32;
const LARGEST_CONTINUATION = 64 * 1024;
const LONGEST_NAME = 1024;
const LONGEST_TARGET = 4096;

/** Flags of names and of a link's components. */
const CONTINUES = 1;
const [CURRENT, PARENT, ROOT] = [2, 4, 8];

/** How many bytes of each area are not entries, from the root's own record; undefined: there is no Rock Ridge. */
export function skippedBytes(area: Buffer): number | undefined {
  const says = area.length >= 7 && area.toString('latin1', 0, 2) === 'SP' && area.readUInt16BE(4) === 0xbeef;
  return says ? area[6] : undefined;
}

export async function rockRidgeOf(area: Buffer, readOn: (where: Continuation) => Promise<Buffer>): Promise<RockRidge> {
  const says: RockRidge = {
    name: '',
    mode: undefined,
    target: undefined,
    movedTo: undefined,
    moved: false,
    zisofs: false,
  };
  const link = new Target();
  let rest: Buffer | undefined = area;
  for (let hops = 0; rest; ++hops) {
    if (hops > LONGEST_CHAIN) throw brokenIso('what it says of one of its files has no end');
    const next = readArea(rest, says, link);
    if (next && next.size > LARGEST_CONTINUATION) throw brokenIso('it says too much of one of its files');
    rest = next && (await readOn(next));
  }
  says.name = utf8(says.name);
  says.target = link.path();
  return says;
}

/** What does not look like an entry ends an area: writers fill up with zeros and, some of them, with anything. */
function readArea(area: Buffer, says: RockRidge, link: Target): Continuation | undefined {
  let next: Continuation | undefined;
  let at = 0;
  while (at + 4 <= area.length) {
    const length = area.readUInt8(at + 2);
    if (length < 4 || at + length > area.length) break;
    const payload = area.subarray(at + 4, at + length);
    const signature = area.toString('latin1', at, at + 2);
    if (signature === 'ST') break;
    if (signature === 'CE' && payload.length >= 24) {
      next = { block: payload.readUInt32LE(0), offset: payload.readUInt32LE(8), size: payload.readUInt32LE(16) };
    } else {
      readEntry(signature, payload, says, link);
    }
    at += length;
  }
  return next;
}

function readEntry(signature: string, payload: Buffer, says: RockRidge, link: Target): void {
  switch (signature) {
    case 'NM':
      // Of the directory itself and of the one above there is no name.
      if (payload.length > 1 && (payload.readUInt8(0) & (CURRENT | PARENT)) === 0) {
        // A letter of several bytes may lie in two entries.
        says.name += payload.toString('latin1', 1);
      }
      if (says.name.length > LONGEST_NAME) throw brokenIso('one of its files has a name without end');
      break;
    case 'PX':
      if (payload.length >= 4) says.mode = payload.readUInt32LE(0);
      break;
    case 'SL':
      link.add(payload.subarray(1));
      break;
    case 'CL':
      if (payload.length >= 4) says.movedTo = payload.readUInt32LE(0);
      break;
    case 'RE':
      says.moved = true;
      break;
    case 'ZF':
      says.zisofs = true;
      break;
  }
}

/** A link's target, which may be spread over several entries, and a component of it over several records. */
class Target {
  #components: string[] = [];
  #open = false;
  #length = 0;

  add(records: Buffer): void {
    for (let at = 0; at + 2 <= records.length;) {
      const flags = records.readUInt8(at);
      const length = records.readUInt8(at + 1);
      this.#addComponent(flags, records.toString('latin1', at + 2, at + 2 + length));
      at += 2 + length;
    }
  }

  #addComponent(flags: number, text: string): void {
    const component = (flags & ROOT) !== 0 ? '' : (flags & PARENT) !== 0 ? '..' : (flags & CURRENT) !== 0 ? '.' : text;
    const last = this.#components.length - 1;
    if (this.#open) this.#components[last] = (this.#components[last] ?? '') + component;
    else this.#components.push(component);
    this.#open = (flags & CONTINUES) !== 0;
    this.#length += component.length + 1;
    if (this.#length > LONGEST_TARGET) throw brokenIso('one of its links has a target without end');
  }

  path(): string | undefined {
    if (this.#components.length === 0) return undefined;
    return this.#components.length === 1 && this.#components[0] === '' ? '/' : utf8(this.#components.join('/'));
  }
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
