import type { Command } from 'commander';

import type { ImageInfo, WorkOptions } from '../../index';
import type { Context } from '../context';
import { examples } from '../examples';
import { printAs, withOutput, type OutputOptions } from '../output';
import { bytes } from '../size';
import { subcommand } from '../subcommand';
import { forEach } from '../targets';
import { workOnEach } from '../work';

const HEADINGS = ['NAME', 'ARCH', 'CACHED', 'DESCRIPTION'];
const INTERRUPTED = {
  first: 'Interrupted: what has come so far is kept, and the next time goes on from there.',
  second: 'Interrupted again.',
};

export function configure(command: Command, context: Context): void {
  withOutput(
    subcommand(command, 'ls', 'list the catalogue, and what is in the cache', [
      ['hvkit image ls', ''],
      ['hvkit image ls -o json', 'for programs'],
    ]),
  ).action(async ({ output }: OutputOptions) => {
    const images = await context.hvkit.images.list();
    printAs(context, output, { data: images, headings: HEADINGS, rows: images.map(row) });
  });

  subcommand(command, 'build', "build one of hvkit's own from the distribution's packages", [
    ['hvkit image build micro', ''],
    ['hvkit image build docker', 'a Docker host'],
  ])
    .argument('<image>')
    .action((name: string) => fetch(context, name, 'building', (options) => context.hvkit.images.build(name, options)));

  subcommand(command, 'pull', 'put an image into the cache', [
    ['hvkit image pull debian', ''],
    ['hvkit image pull --checksum sha256:9f86... https://example.org/disk.qcow2', ''],
  ])
    .argument('<image>', 'a name from hvkit image ls, or a URL')
    .option('--checksum <digest>', 'sha256:... or sha512:... of an image that is a URL')
    .action((name: string, { checksum }: { checksum?: string }) =>
      fetch(context, name, 'pulling', (options) =>
        context.hvkit.images.pull(name, { ...options, ...(checksum !== undefined && { checksum }) }),
      ),
    );

  subcommand(command, 'rm', 'remove images from the cache', [['hvkit image rm debian', '']])
    .argument('<images...>')
    .action(async (names: string[]) => {
      const { images } = context.hvkit;
      await forEach(context, names.map(images.shownName.bind(images)), async (name) => {
        await images.remove(name);
        context.print(`Successfully removed ${name}`);
      });
    });

  examples(command, [
    ['hvkit image ls', ''],
    ['hvkit image build micro', ''],
    ['hvkit image pull debian', ''],
  ]);
}

type Fetching = (options: Required<WorkOptions>) => Promise<ImageInfo>;

function fetch(context: Context, name: string, doing: string, work: Fetching): Promise<void> {
  return workOnEach(context, [context.hvkit.images.shownName(name)], {
    doing,
    interrupted: INTERRUPTED,
    work: async (shown, { signal, onProgress }) => {
      // The library speaks of machines, of which there is none here: the line is the image's.
      const image = await work({
        signal,
        onProgress: (progress) => {
          onProgress({ ...progress, machine: shown });
        },
      });
      return `Image "${image.name}" is in the cache${image.cached === undefined ? '' : ` (${bytes(image.cached)})`}.`;
    },
  });
}

function row({ name, arch, cached, description }: ImageInfo): string[] {
  return [name, arch, cached === undefined ? '-' : bytes(cached), description];
}
