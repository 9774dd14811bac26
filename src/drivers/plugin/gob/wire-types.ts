import { garbage } from './garbage';
import type { GobStruct, GobValue } from './value';

/** A type as it came over the wire: others are named in it by their numbers. */
export type WireType =
  | { kind: 'bool' | 'int' | 'uint' | 'float' | 'bytes' | 'string' | 'complex' | 'interface' }
  /** It encodes itself, into bytes that only it understands. */
  | { kind: 'opaque' }
  | { kind: 'array'; element: number }
  | { kind: 'map'; key: number; element: number }
  | { kind: 'struct'; fields: readonly { name: string; id: number }[] };

export const IDS = { bool: 1, int: 2, uint: 3, float: 4, bytes: 5, string: 6, complex: 7, interface: 8 };
/** Numbers below are Go's own. */
export const FIRST_OF_OTHERS = 64;
export const WIRE_TYPE = 16;

const { int, string } = IDS;
const COMMON = 18;
const struct = (...fields: [name: string, id: number][]): WireType => ({
  kind: 'struct',
  fields: fields.map(([name, id]) => ({ name, id })),
});

/** What both sides know before anything is said, that in which types are described among it. */
export const BUILT_IN: ReadonlyMap<number, WireType> = new Map<number, WireType>([
  [IDS.bool, { kind: 'bool' }],
  [IDS.int, { kind: 'int' }],
  [IDS.uint, { kind: 'uint' }],
  [IDS.float, { kind: 'float' }],
  [IDS.bytes, { kind: 'bytes' }],
  [IDS.string, { kind: 'string' }],
  [IDS.complex, { kind: 'complex' }],
  [IDS.interface, { kind: 'interface' }],
  [
    WIRE_TYPE,
    struct(
      ['ArrayT', 17],
      ['SliceT', 19],
      ['StructT', 20],
      ['MapT', 23],
      ['GobEncoderT', 24],
      ['BinaryMarshalerT', 24],
      ['TextMarshalerT', 24],
    ),
  ],
  [17, struct(['CommonType', COMMON], ['Elem', int], ['Len', int])],
  [COMMON, struct(['Name', string], ['Id', int])],
  [19, struct(['CommonType', COMMON], ['Elem', int])],
  [20, struct(['CommonType', COMMON], ['Field', 22])],
  [21, struct(['Name', string], ['Id', int])],
  [22, { kind: 'array', element: 21 }],
  [23, struct(['CommonType', COMMON], ['Key', int], ['Elem', int])],
  [24, struct(['CommonType', COMMON])],
]);

/** What a decoded description of a type says. */
export function wireTypeIn(description: GobStruct): WireType {
  const { ArrayT, SliceT, StructT, MapT, GobEncoderT, BinaryMarshalerT, TextMarshalerT } = description;
  const list = ArrayT ?? SliceT;
  if (isStruct(list)) return { kind: 'array', element: idIn(list['Elem']) };
  if (isStruct(MapT)) return { kind: 'map', key: idIn(MapT['Key']), element: idIn(MapT['Elem']) };
  if (isStruct(StructT)) {
    const { Field = [] } = StructT;
    const fields = Array.isArray(Field) ? (Field as readonly GobValue[]) : [];
    return { kind: 'struct', fields: fields.map(fieldIn) };
  }
  if (GobEncoderT !== undefined || BinaryMarshalerT !== undefined || TextMarshalerT !== undefined) {
    return { kind: 'opaque' };
  }
  throw garbage('a type of no known kind');
}

function fieldIn(field: GobValue): { name: string; id: number } {
  if (!isStruct(field)) throw garbage('a type with a field that is none');
  const { Name = '', Id } = field;
  return { name: typeof Name === 'string' ? Name : '', id: idIn(Id) };
}

function idIn(value: GobValue | undefined): number {
  if (typeof value === 'number' && value > 0) return value;
  throw garbage('a type that names no other');
}

function isStruct(value: GobValue | undefined): value is GobStruct {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null;
}
