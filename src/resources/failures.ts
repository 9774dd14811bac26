import { HvError } from '../errors';

/** Between failures of one kind. */
export const AND = 'and';

/** The first failure itself, or, if there are others, an error that has its code and tells all of them. */
export function joinFailures(first: unknown, others: readonly unknown[], meanwhile: string): unknown {
  if (others.length === 0) return first;
  const more = new Set(others.map(messageOf));
  // Several that fail for one reason say it once.
  more.delete(messageOf(first));
  const rest = more.size > 0 ? ` (${meanwhile}: ${[...more].join('; ')})` : meanwhile === AND ? '' : ` (${meanwhile})`;
  const message = messageOf(first) + rest;
  return new HvError({
    code: HvError.is(first) ? first.code : isAbort(first) ? 'ABORT_ERR' : 'ERR_RESOURCE',
    message,
    hint: HvError.is(first) ? first.hint : undefined,
    cause: new AggregateError([first, ...others], message),
  });
}

/** A failure as people are told of it: what is none of ours is said to be of the resource. */
export function failureOf(verb: string, kind: string, error: unknown): unknown {
  if (HvError.is(error) || isAbort(error)) return error;
  const message = `The ${kind} could not be ${verb}: ${messageOf(error)}`;
  return new HvError({ code: 'ERR_RESOURCE', message, cause: error });
}

/** What an aborted signal makes of the work under it. */
export function isAbort(error: unknown): boolean {
  if (HvError.is(error)) return error.code === 'ABORT_ERR';
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/** What is known, question by question, for an error that says so. The failure to look is known as well. */
export async function answersTo(questions: Readonly<Record<string, () => Promise<string[]>>>): Promise<string[]> {
  const answers = Object.entries(questions).map(async ([what, look]) => {
    try {
      return await look();
    } catch (error) {
      return [`${what}: ${messageOf(error)}`];
    }
  });
  return (await Promise.all(answers)).flat();
}
