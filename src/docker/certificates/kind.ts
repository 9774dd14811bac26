import type { X509Certificate } from 'node:crypto';

/** A server's certificate makes no client of whoever has its key, and the other way round: one guest's key opens no other guest. */
export type Purpose = 'server' | 'client';

/** The object identifiers of the extended key usages. */
export const USAGES: Readonly<Record<Purpose, string>> = {
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
};

const ANY_USAGE = '2.5.29.37.0';

/** What a certificate may be used for. One that does not say may be used for everything. */
export function purposesOf({ keyUsage }: X509Certificate): Purpose[] {
  // Node's types say that it is always there.
  const usages = keyUsage as string[] | undefined;
  return (Object.keys(USAGES) as Purpose[]).filter(
    (purpose) => usages === undefined || usages.includes(USAGES[purpose]) || usages.includes(ANY_USAGE),
  );
}
