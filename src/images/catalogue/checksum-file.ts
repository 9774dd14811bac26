import { HvError } from '../../errors';
import { formatChecksum, parseChecksum } from '../checksum';

const CLEARSIGNED = '-----BEGIN PGP SIGNED MESSAGE-----';
const SIGNATURE = '-----BEGIN PGP SIGNATURE-----';
/** `d41d8c...  name` and `d41d8c... *name`, as sha256sum writes them. */
const GNU = /^\\?([0-9a-f]{64}|[0-9a-f]{128}) [ *](.+)$/i;
/** `SHA256 (name) = d41d8c...`, as BSD's programs write them. */
const BSD = /^(?:SHA256|SHA512) ?\((.+)\) ?= ?([0-9a-f]{64}|[0-9a-f]{128})$/i;
const BARE = /^[0-9a-f]{64}(?:[0-9a-f]{64})?$/i;

/** What a list of checksums says of a file, as `sha512:...`: the longest, where it has several. */
export function checksumIn(list: string, file: string): string {
  const found = digestsOf(list, file).toSorted((a, b) => b.length - a.length);
  const [best] = found;
  if (best === undefined) throw unusable(`has none of ${file}`);
  // A list that says two things of one file is none: a line was put in, or the file was made twice.
  if (found.some((other) => other.length === best.length && other !== best)) throw unusable(`has two of ${file}`);
  return formatChecksum(parseChecksum(best));
}

function digestsOf(list: string, file: string): string[] {
  const lines = signedText(list)
    .split(/\r?\n/)
    .map((line) => line.trim());
  const digests = lines.flatMap((line) => {
    const [, gnu, gnuName = ''] = GNU.exec(line) ?? [];
    if (gnu !== undefined) return sameFile(gnuName, file) ? [gnu] : [];
    const [, bsdName = '', bsd] = BSD.exec(line) ?? [];
    return bsd !== undefined && sameFile(bsdName, file) ? [bsd] : [];
  });
  const [only, ...more] = lines.filter((line) => line !== '');
  // A list that stands beside one file need not name it.
  const bare = digests.length === 0 && more.length === 0 && only !== undefined && BARE.test(only) ? [only] : [];
  return [...digests, ...bare].map((digest) => digest.toLowerCase());
}

function sameFile(listed: string, file: string): boolean {
  return listed === file || listed === `./${file}`;
}

/** Of a clear-signed text only what the signature is for: what stands before or behind it, anybody may have put there. */
export function signedText(text: string): string {
  const lines = text.split(/\r?\n/);
  const begin = lines.indexOf(CLEARSIGNED);
  if (begin < 0) return text;
  const body = lines.indexOf('', begin) + 1;
  const end = lines.indexOf(SIGNATURE, begin);
  if (body === 0 || end < body) throw unusable('is signed, and its end is not there');
  return lines
    .slice(body, end)
    .map((line) => line.replace(/^- /, ''))
    .join('\n');
}

function unusable(why: string): HvError {
  return new HvError({
    code: 'ERR_CHECKSUM_LIST',
    message: `The list of checksums ${why}`,
    hint: 'Try again later, or name the image by its URL, with --checksum.',
  });
}
