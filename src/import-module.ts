import { pathToFileURL } from 'node:url';

/**
 * Loads a module of somebody else's, an ES module or CommonJS. In a file of its own, which the bundle of the command line leaves
 * out: in what V8 compiled earlier Node lets nobody import.
 */
export async function importModule(url: string): Promise<unknown> {
  return (await import(url)) as unknown;
}

/** What a module in a file exports by name: an ES module as such, CommonJS as properties of what it exports. */
export async function exportsOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  const module = await importModule(pathToFileURL(path).href);
  const whole = typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  return { ...(typeof whole === 'object' && whole), ...(module as object) };
}
