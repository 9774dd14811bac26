/** What works side by side comes to; a failure is told when all of it has ended, and nothing goes on behind its back. */
export async function allEnded<T>(works: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
