/** What is written today. */
export const SCHEMA = 1;

/** `MIGRATIONS[n]` makes a file of the schema n one of n + 1. */
type Migration = (content: Readonly<Record<string, unknown>>) => Record<string, unknown>;

export const MIGRATIONS: Readonly<Record<number, Migration>> = {};

/** The content of a file in today's schema; a string: why that cannot be. */
export function migrate(
  content: unknown,
  {
    migrations = MIGRATIONS,
    newest = SCHEMA,
  }: { migrations?: Readonly<Record<number, Migration>>; newest?: number } = {},
): Record<string, unknown> | string {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return 'it holds no object';
  let current: Record<string, unknown> = { ...content };
  const { schema } = current;
  if (typeof schema !== 'number' || !Number.isInteger(schema) || schema < 1) return 'it does not say its schema';
  if (schema > newest) return `a newer hvkit wrote it: its schema is ${schema}, and this one knows ${newest}`;
  for (let version = schema; version < newest; version += 1) {
    const migration = migrations[version];
    if (!migration) return `this hvkit no longer knows its schema, ${schema}`;
    current = { ...migration(current), schema: version + 1 };
  }
  return current;
}
