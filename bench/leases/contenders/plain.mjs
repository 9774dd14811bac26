import { readFile } from 'node:fs/promises';

/** The newest lease of a client, as a script would find it. */
export async function plainLookUp(file, hardware) {
  return newest(await readFile(file, 'utf8'), hardware);
}

export function newest(text, hardware) {
  let found;
  for (const block of text.split('}')) {
    const fields = Object.fromEntries(
      block
        .split('\n')
        .map((line) => line.trim().split('='))
        .filter(({ length }) => length === 2),
    );
    if (fields.hw_address !== hardware) continue;
    if (!found || Number(fields.lease) > Number(found.lease)) found = fields;
  }
  return found?.ip_address;
}
