/** JSON Schema, as much of it as the generated shapes use. */
export interface Shape {
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'object' | 'array';
  readonly const?: string | number;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Shape[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Shape>>;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Shape | false;
}

/**
 * Whether a value that came from JSON has this shape. To load zod takes longer than all else that a short command does; so what
 * it would let through unchanged is recognised by a shape that is generated from its schema (`npm run generate`). What does
 * not fit is left to zod, which says what is wrong, or fills in what is missing.
 */
export function fits(shape: Shape, value: unknown, whole = shape): boolean {
  const { $ref, anyOf, type } = shape;
  if ($ref !== undefined) {
    const named = whole.$defs?.[$ref.slice('#/$defs/'.length)];
    return named !== undefined && fits(named, value, whole);
  }
  if (anyOf) return anyOf.some((each) => fits(each, value, whole));
  if (shape.const !== undefined && value !== shape.const) return false;
  if (type === undefined) return true;
  switch (type) {
    case 'string':
      return typeof value === 'string' && fitsText(shape, value);
    case 'integer':
      return Number.isInteger(value) && fitsNumber(shape, value as number);
    case 'number':
      return typeof value === 'number' && fitsNumber(shape, value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value) && value.every((each) => fits(shape.items ?? {}, each, whole));
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value) && fitsObject(shape, value, whole);
  }
}

function fitsText(shape: Shape, text: string): boolean {
  const { minLength = 0, maxLength = Infinity, pattern } = shape;
  if (text.length < minLength || text.length > maxLength) return false;
  return (shape.enum?.includes(text) ?? true) && (pattern === undefined || new RegExp(pattern).test(text));
}

function fitsNumber({ minimum = -Infinity, maximum = Infinity }: Shape, number: number): boolean {
  return number >= minimum && number <= maximum;
}

function fitsObject(shape: Shape, value: object, whole: Shape): boolean {
  const { properties, required = [], additionalProperties = {} } = shape;
  if (!required.every((key) => Object.hasOwn(value, key))) return false;
  // Nothing is asked of what is in it.
  if (properties === undefined && shape.additionalProperties === undefined) return true;
  return Object.entries(value).every(([key, each]) => {
    // JSON may have such a key; zod does not carry it over.
    if (key === '__proto__') return false;
    const known = properties && Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    return known !== undefined && known !== false && fits(known, each, whole);
  });
}
