import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { HvError } from '../errors';

/** What a user names an image by. `name`: one of hvkit's own or the catalogue's, or else a file beside us. */
export type Reference = { kind: 'name'; name: string } | { kind: 'url'; url: URL } | { kind: 'path'; path: string };

/** `debian`, `https://host/image.qcow2`, `./image.qcow2`, `~/images/mine`. */
export function parseReference(text: string): Reference {
  if (text.trim() === '' || text.includes('\0')) {
    throw new HvError({ code: 'ERR_NO_IMAGE', message: 'No image is named', hint: 'hvkit image ls' });
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return urlOf(text);
  if (text.startsWith('~/')) return { kind: 'path', path: resolve(homedir(), text.slice(2)) };
  if (text.includes('/') || text === '.' || text === '..') return { kind: 'path', path: resolve(text) };
  return { kind: 'name', name: text };
}

function urlOf(text: string): Reference {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') {
    url.hash = '';
    return { kind: 'url', url };
  }
  const path = url?.protocol === 'file:' ? fileOf(url) : undefined;
  if (path !== undefined) return { kind: 'path', path };
  throw new HvError({
    code: 'ERR_IMAGE_URL',
    message: `"${text}" is no URL that an image can be fetched from`,
    hint: 'It begins with https:// or http://; files are named by their path.',
  });
}

function fileOf(url: URL): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined; // of another host, or with a slash that is no separator
  }
}
