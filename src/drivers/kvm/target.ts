import type { z } from 'zod';

import type { target } from './target-schema';

export type Target = z.output<typeof target>;

/** `embed`: the folder of libvirt's own files. */
export function embedRoot(uri: string): string | undefined {
  const { pathname, searchParams } = new URL(uri);
  return pathname === '/embed' ? (searchParams.get('root') ?? undefined) : undefined;
}

/** The socket that a URI names. */
export function socketOf(uri: string): string | undefined {
  return new URL(uri).searchParams.get('socket') ?? undefined;
}
