import type { BootImage } from '../images/image';
import type { ImageWork } from '../images/work';
import type { ImageInfo, Images } from './images';
import type { WorkOptions } from './progress';

type Source = import('../images/images').Images;

export interface HomeImagesOptions {
  home: string;
  env: NodeJS.ProcessEnv;
  warn: (message: string) => void;
}

/** The images of a home, for programs; and for create(), which wants one that is ready to boot. */
export class HomeImages implements Images {
  readonly #options: HomeImagesOptions;
  #source: Source | undefined;

  constructor(options: HomeImagesOptions) {
    this.#options = options;
  }

  list(): Promise<ImageInfo[]> {
    return this.#images.list();
  }

  build(name: string, options?: WorkOptions): Promise<ImageInfo> {
    return this.#images.build(name, workOf(options));
  }

  pull(name: string, options: WorkOptions & { checksum?: string } = {}): Promise<ImageInfo> {
    return this.#images.pull(name, { ...workOf(options), checksum: options.checksum });
  }

  remove(name: string): Promise<void> {
    return this.#images.remove(name);
  }

  /** What a machine starts from that names no image. */
  async defaultName(docker?: 'docker'): Promise<string> {
    const name = await this.#images.defaultImage();
    // Where one of hvkit's own can be had, so can the other.
    return docker && name === 'micro' ? 'docker' : name;
  }

  shownName(name: string): string {
    if (!/^https?:/i.test(name) || !URL.canParse(name)) return name;
    const { withoutLogin } = require('../images/http/url') as typeof import('../images/http/url');
    return withoutLogin(new URL(name));
  }

  resolve(name: string, options: ImageWork & { checksum?: string | undefined }): Promise<BootImage> {
    return this.#images.resolve(name, options);
  }

  get #images(): Source {
    const { Images } = require('../images/images') as typeof import('../images/images');
    this.#source ??= new Images(this.#options);
    return this.#source;
  }
}

/** An image is no machine's: the name in its progress is empty. */
function workOf({ signal, onProgress }: WorkOptions = {}): ImageWork {
  return {
    signal,
    onProgress: (message, fraction) =>
      onProgress?.({ machine: '', stage: 'image', message, ...(fraction !== undefined && { fraction }) }),
  };
}
