import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const LOCAL = 'qemu:///system';

const nameOf = (number) => `bench-${number}`;

const xmlOf = (type, number) =>
  `<domain type="${type}"><name>${nameOf(number)}</name><memory unit="MiB">64</memory><os><type>hvm</type></os></domain>`;

const numbersTo = (count) => Array.from({ length: count }, (_, index) => index + 1);

/** A connection to libvirt's test driver in the process itself, with so many domains. */
export function inProcess(bench, count) {
  const file = join(bench.folder, `domains-${count}.xml`);
  writeFileSync(
    file,
    `<node>\n${numbersTo(count)
      .map((number) => xmlOf('test', number))
      .join('\n')}\n</node>\n`,
  );
  return { uri: `test://${file}`, domain: nameOf(count) };
}

/** The same at the daemon: QEMU domains, defined and not running; what other sizes have left there goes. */
export async function atDaemon(bench, count) {
  const conn = await library(bench).connect(LOCAL);
  const there = new Map((await conn.listAllDomains()).map((domain) => [domain.name, domain]));
  for (const number of numbersTo(count)) {
    if (!there.delete(nameOf(number))) await conn.defineDomain(xmlOf('qemu', number));
  }
  for (const domain of there.values()) await domain.undefine();
  await conn.close();
  return { uri: LOCAL, domain: nameOf(count) };
}

export function library(bench) {
  return createRequire(import.meta.url)(join(bench.root, 'dist', 'native', 'libvirt', 'index.js'));
}
