import XMLBuilder from 'fast-xml-builder';
import { XMLParser } from 'fast-xml-parser';

import { HvError } from '../../errors';

/** `@name` is an attribute, `#text` the text, everything else a child; an array is several children of the same name. */
export interface XmlNode {
  readonly [name: string]: XmlValue | readonly XmlValue[] | undefined;
}
type XmlValue = string | number | XmlNode;

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  processEntities: true,
  suppressEmptyNode: true,
  format: true,
});

export function xmlText(root: XmlNode): string {
  return builder.build(root);
}

/** What is parsed, and what is built of it again. */
const AS_IT_IS = { preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '', processEntities: true };

const parser = new XMLParser({
  ...AS_IT_IS,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
});
const rebuilder = new XMLBuilder({ ...AS_IT_IS, suppressEmptyNode: true, suppressBooleanAttributes: false });

type Parsed = Readonly<Record<string, unknown>>;

/** An element of XML that libvirt gave. */
export class XmlElement {
  readonly name: string;
  readonly #attributes: Readonly<Record<string, string>>;
  readonly #content: readonly Parsed[];

  constructor(node: Parsed) {
    const { ':@': attributes = {}, ...rest } = node;
    const [name = '', content = []] = Object.entries(rest)[0] ?? [];
    this.name = name;
    this.#attributes = attributes as Readonly<Record<string, string>>;
    this.#content = content as readonly Parsed[];
  }

  attribute(name: string): string | undefined {
    return this.#attributes[name];
  }

  get text(): string {
    return this.#content.map((node) => ('#text' in node ? String(node['#text']) : '')).join('');
  }

  get children(): XmlElement[] {
    return this.#content.filter((node) => !('#text' in node)).map((node) => new XmlElement(node));
  }

  /** All elements at the end of a path of names. */
  all(...path: readonly string[]): XmlElement[] {
    const [name, ...rest] = path;
    if (name === undefined) return [this];
    return this.children.filter((child) => child.name === name).flatMap((child) => child.all(...rest));
  }

  first(...path: readonly string[]): XmlElement | undefined {
    return this.all(...path)[0];
  }
}

/** The root element. */
export function parseXml(text: string): XmlElement {
  return new XmlElement(parseRoot(text));
}

/** All of it as it was, but for one attribute of the children that have this name. */
export function withAttribute(text: string, child: string, attribute: Readonly<Record<string, string>>): string {
  const changed = Object.entries(parseRoot(text)).map(([name, content]) => [
    name,
    Array.isArray(content)
      ? (content as Parsed[]).map((node) => (child in node ? given(node, attribute) : node))
      : content,
  ]);
  return rebuilder.build([Object.fromEntries(changed)]);
}

function given(node: Parsed, attribute: Readonly<Record<string, string>>): Parsed {
  return { ...node, ':@': { ...(node[':@'] as Readonly<Record<string, string>> | undefined), ...attribute } };
}

function parseRoot(text: string): Parsed {
  const nodes = parser.parse(text) as readonly Parsed[];
  const root = nodes.find((node) => !Object.keys(node)[0]?.startsWith('?') && !('#text' in node));
  if (!root) throw new HvError({ code: 'ERR_LIBVIRT_XML', message: 'libvirt gave XML without an element' });
  return root;
}
