import koffi from 'koffi';

/**
 * The same libvirt by another way: koffi calls C functions by what they are told here, and knows nothing of hvkit. Both see the
 * one `test:///default` of the process.
 */
const LIBVIRT = koffi.load(process.platform === 'darwin' ? 'libvirt.0.dylib' : 'libvirt.so.0');

type TypeSpec = Parameters<typeof koffi.type>[0];

/** An object of libvirt. */
export type Pointer = bigint;
export const POINTER = koffi.pointer('void');
/** `char *` of a string that its caller frees. */
export const NEW_STRING = koffi.disposable('str');
/** A parameter that C writes to: an array with one item, or a struct's object, is given for it. */
export const out = (type: TypeSpec) => koffi.out(koffi.pointer(type));

/** A function of libvirt. Types are koffi's: `'int'`, `'str'`, `'ulong'`, ... */
export function libvirt<Result>(name: string, returns: TypeSpec, ...parameters: TypeSpec[]) {
  const call = LIBVIRT.func(name, returns, parameters) as (...args: unknown[]) => Result;
  return (...args: unknown[]): Result => {
    const result = call(...args);
    if (result === null || result === -1) throw new Error(`koffi: ${name} failed`);
    return result;
  };
}

const open = libvirt<Pointer>('virConnectOpen', POINTER, 'str');
const close = libvirt<number>('virConnectClose', 'int', POINTER);
const list = libvirt<number>('virConnectListAllDomains', 'int', POINTER, out(POINTER), 'uint');
const lookup = libvirt<Pointer>('virDomainLookupByName', POINTER, POINTER, 'str');
const nameOf = libvirt<string>('virDomainGetName', 'str', POINTER);
const free = libvirt<number>('virDomainFree', 'int', POINTER);

/** A connection of koffi's own. */
export class Oracle {
  readonly connection: Pointer;
  readonly #domains: Pointer[] = [];

  constructor(uri: string) {
    this.connection = open(uri);
  }

  domain(name: string): Pointer {
    return this.#keep(lookup(this.connection, name));
  }

  domainNames(): string[] {
    const array: [Pointer | null] = [null];
    const count = list(this.connection, array, 0);
    const domains = koffi.decode(array[0], POINTER, count) as Pointer[];
    const names = domains.map((domain) => nameOf(this.#keep(domain)));
    koffi.free(array[0]);
    return names;
  }

  close(): void {
    for (const domain of this.#domains.splice(0)) free(domain);
    close(this.connection);
  }

  #keep(domain: Pointer): Pointer {
    this.#domains.push(domain);
    return domain;
  }
}
