import { gatewayOf, machineRange, netmaskOf, subnetOf, type Subnet } from '../../net/ipv4';
import type { Home } from '../driver';
import { markOf } from './mark';
import { xmlText, type XmlElement } from './xml';

/** Addresses are reserved, and given back: this is for what dies without saying so. */
const LEASE_MINUTES = 10;

export interface Reservation {
  mac: string;
  address: string;
  name: string;
}

export interface OurNetwork {
  name: string;
  bridge: string;
  subnet: Subnet;
}

/** libvirt's description of a network of ours. */
export function networkXml(home: Home, { name, bridge, subnet }: OurNetwork): string {
  const { first, last } = machineRange(subnet);
  return xmlText({
    network: {
      '@xmlns:dnsmasq': 'http://libvirt.org/schemas/network/dnsmasq/1.0',
      name,
      metadata: markOf(home),
      forward: { '@mode': 'nat' },
      // With the spanning tree protocol the kernel lets nothing through for the first 4 seconds, whatever the delay is.
      bridge: { '@name': bridge, '@stp': 'off', '@delay': '0' },
      ip: {
        '@address': gatewayOf(subnet),
        '@netmask': netmaskOf(subnet),
        dhcp: {
          range: {
            '@start': first,
            '@end': last,
            lease: { '@expiry': String(LEASE_MINUTES), '@unit': 'minutes' },
          },
        },
      },
      // Or each guest waits for seconds while the server tries whether its address is free: it is, by reservation.
      'dnsmasq:options': { 'dnsmasq:option': { '@value': 'no-ping' } },
    },
  });
}

export function reservationXml({ mac, address, name }: Reservation): string {
  return xmlText({ host: { '@mac': mac, '@ip': address, '@name': name } });
}

/** What is asked of a network, of its XML. */
export class NetworkDescription {
  readonly #xml: XmlElement;

  constructor(xml: XmlElement) {
    this.#xml = xml;
  }

  get bridge(): string {
    return this.#xml.first('bridge')?.attribute('name') ?? '';
  }

  /** Its IPv4 subnets. */
  get subnets(): Subnet[] {
    return this.#ipv4().map((ip) => subnetOf(ip.attribute('address') ?? '', prefixOf(ip)));
  }

  /** The host's own address in it, which is its DHCP server's as well. */
  get gateway(): string | undefined {
    return this.#ipv4()[0]?.attribute('address');
  }

  get range(): { first: string; last: string } | undefined {
    const range = this.#ipv4()[0]?.first('dhcp', 'range');
    const first = range?.attribute('start');
    const last = range?.attribute('end');
    return first !== undefined && last !== undefined ? { first, last } : undefined;
  }

  get reservations(): Reservation[] {
    return this.#xml.all('ip', 'dhcp', 'host').map((host) => ({
      mac: host.attribute('mac') ?? '',
      address: host.attribute('ip') ?? '',
      name: host.attribute('name') ?? '',
    }));
  }

  #ipv4(): XmlElement[] {
    return this.#xml.all('ip').filter((ip) => (ip.attribute('family') ?? 'ipv4') === 'ipv4');
  }
}

function prefixOf(ip: XmlElement): number | string {
  const prefix = ip.attribute('prefix');
  return prefix === undefined ? (ip.attribute('netmask') ?? '255.255.255.0') : Number(prefix);
}
