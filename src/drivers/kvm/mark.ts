import type { DriverMachine, Home } from '../driver';
import type { XmlElement, XmlNode } from './xml';

const NAMESPACE = 'urn:hvkit:mark';
const SCHEMA = '1';

/** Whose a domain or network is. */
export interface Mark {
  home: string;
  /** Of a machine's own thing. */
  uuid?: string;
  name?: string;
}

/** The element that tells what is ours, for `<metadata>`: names alone could be anybody's. */
export function markOf(home: Home, machine?: Pick<DriverMachine, 'uuid' | 'name'>): XmlNode {
  return {
    'hvkit:mark': {
      '@xmlns:hvkit': NAMESPACE,
      '@schema': SCHEMA,
      '@home': home.id,
      ...(machine ? { '@uuid': machine.uuid, '@name': machine.name } : {}),
    },
  };
}

export function readMark(xml: XmlElement): Mark | undefined {
  // libvirt keeps the prefix that the element was given with.
  const mark = xml.all('metadata').flatMap(({ children }) => children.filter(({ name }) => name === 'hvkit:mark'))[0];
  const home = mark?.attribute('home');
  if (home === undefined || mark?.attribute('xmlns:hvkit') !== NAMESPACE) return undefined;
  const uuid = mark.attribute('uuid');
  const name = mark.attribute('name');
  return { home, ...(uuid === undefined ? {} : { uuid }), ...(name === undefined ? {} : { name }) };
}
