import { merged } from './programs';
import { runWith } from './run';
import { readTar, type Tree } from './tar';

/** What of a package never gets into an image. */
const UNUSED = /^usr\/(?:share\/(?!ca-certificates\/)|include\/|src\/)/;

/** The files of a package, without unpacking them to the disk. */
export async function readPackage(file: string, signal?: AbortSignal): Promise<Tree> {
  const tree: Tree = new Map();
  await runWith('dpkg-deb', ['--fsys-tarfile', file], signal ? { signal } : {}, (output) =>
    readTar(output, (path) => !UNUSED.test(path), tree),
  );
  return new Map([...tree].map(([path, entry]) => [merged(path), entry]));
}
