/** What a type of Go's is on the wire. A type is told from another by being another object. */
export type GobType =
  | 'bool'
  | 'int'
  | 'uint'
  | 'float'
  | 'bytes'
  | 'string'
  | 'interface'
  | { readonly slice: GobType }
  | { readonly map: readonly [key: GobType, element: GobType] }
  | { readonly struct: string; readonly fields: readonly (readonly [name: string, type: GobType])[] };

/** A struct: fields that are zero may be absent. Its prototype is null: a field may have any name. */
export interface GobStruct {
  readonly [field: string]: GobValue | undefined;
}

export type GobValue =
  | null
  | boolean
  | number
  /** Of integers beyond those that a number holds. */
  | bigint
  | string
  | Uint8Array
  | readonly GobValue[]
  | ReadonlyMap<GobValue, GobValue>
  | Registered
  | GobStruct;

/** What an interface holds: a value with the name that its type is registered by, `*mcnflag.StringFlag`. */
export class Registered {
  readonly name: string;
  readonly value: GobValue;
  /** Only of what is to be encoded: what came says by itself what it is. */
  readonly type: GobType | undefined;

  constructor(name: string, value: GobValue, type?: GobType) {
    this.name = name;
    this.value = value;
    this.type = type;
  }
}
