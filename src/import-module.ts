/**
 * Loads a module of somebody else's, an ES module or CommonJS. In a file of its own, which the bundle of the command line leaves
 * out: in what V8 compiled earlier Node lets nobody import.
 */
export async function importModule(url: string): Promise<unknown> {
  return (await import(url)) as unknown;
}
