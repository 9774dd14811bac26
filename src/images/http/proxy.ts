import { BlockList, isIP } from 'node:net';

import { HvError } from '../../errors';

/** The proxy that the environment names for a URL; undefined: it is asked directly. The names are curl's. */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): URL | undefined {
  const scheme = url.protocol.slice(0, -1);
  const [name, value] = firstOf(env, [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`, 'all_proxy', 'ALL_PROXY']);
  if (name === undefined || isExempt(url, env['no_proxy'] ?? env['NO_PROXY'] ?? '')) return undefined;
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy?.protocol === 'http:' || proxy?.protocol === 'https:') return proxy;
  throw new HvError({
    code: 'ERR_PROXY',
    // Not its value: it may hold a password.
    message: `$${name} names no proxy that hvkit can use`,
    hint: `Proxies of HTTP are understood: export ${name}=http://host:port`,
  });
}

function firstOf(env: NodeJS.ProcessEnv, names: readonly string[]): [name: string, value: string] | [undefined, ''] {
  for (const name of names) {
    const value = env[name]?.trim() ?? '';
    if (value !== '') return [name, value];
  }
  return [undefined, ''];
}

/** By `no_proxy`: `*`, hosts, which stand for all below them, addresses, subnets; a port may follow. */
function isExempt(url: URL, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || names(entry, url));
}

function names(entry: string, url: URL): boolean {
  const host = bare(url.hostname);
  const [, address = '', bits = ''] = /^([\d.]+|[\da-f:.]*:[\da-f:.]*)\/(\d{1,3})$/i.exec(entry) ?? [];
  if (address !== '') return isIn(host, address, Number(bits));
  if (isIP(bare(entry)) !== 0) return bare(entry).toLowerCase() === host;
  const [, name = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (port !== undefined && port !== portOf(url)) return false;
  const domain = bare(name)
    .replace(/^\*?\./, '')
    .replace(/\.$/, '')
    .toLowerCase();
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

function isIn(host: string, address: string, bits: number): boolean {
  const families = { 4: 'ipv4', 6: 'ipv6' } as const;
  const version = isIP(address);
  if ((version !== 4 && version !== 6) || isIP(host) !== version || bits > (version === 4 ? 32 : 128)) return false;
  const subnet = new BlockList();
  subnet.addSubnet(address, bits, families[version]);
  return subnet.check(host, families[version]);
}

function bare(host: string): string {
  return host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}

export function portOf({ port, protocol }: URL): string {
  return port === '' ? (protocol === 'https:' ? '443' : '80') : port;
}
