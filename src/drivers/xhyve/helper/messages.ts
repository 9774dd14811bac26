/** What is said at the helper's socket by us: native/vmnet/helper/messages.h. */
export type HelperRequest = { kind: 'version' } | { kind: 'mac'; uuid: string } | { kind: 'release'; mac: Uint8Array };

export interface HelperReply {
  status: 'done' | 'invalid' | 'not-theirs' | 'busy' | 'failed';
  mac: Buffer;
  removed: number;
  words: string;
}

const MAGIC = 'HVKIT';
const VERSION = 1;
const REQUEST_BYTES = 49;
export const REPLY_BYTES = 256;
const KINDS = ['version', 'mac', 'release'];
const STATUSES = ['done', 'invalid', 'not-theirs', 'busy', 'failed'] as const;

export function formatRequest(request: HelperRequest): Buffer {
  const bytes = Buffer.alloc(REQUEST_BYTES);
  bytes.write(MAGIC);
  bytes.writeUInt32LE(VERSION, 5);
  bytes[9] = KINDS.indexOf(request.kind);
  if (request.kind === 'mac') bytes.write(request.uuid, 10);
  if (request.kind === 'release') bytes.set(request.mac, 10);
  return bytes;
}

/** undefined: it is of another helper, or of another version of it. */
export function parseReply(bytes: Buffer): HelperReply | undefined {
  if (bytes.length !== REPLY_BYTES || bytes.toString('latin1', 0, 5) !== MAGIC || bytes.readUInt32LE(5) !== VERSION) {
    return undefined;
  }
  const status = STATUSES[bytes.readUInt8(9)];
  const end = 21 + bytes.readUInt8(20);
  if (status === undefined || end > REPLY_BYTES) return undefined;
  return {
    status,
    mac: bytes.subarray(10, 16),
    removed: bytes.readUInt32LE(16),
    words: bytes.toString('utf8', 21, end),
  };
}
