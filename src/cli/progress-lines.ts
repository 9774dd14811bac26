import type { Progress } from '../index';
import type { Context, Screen } from './context';

const FRAME_MS = 100;
const BRAILLE = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const ASCII = '|/-\\';
const ERASE_BELOW = '\x1b[J';

/** A line for each machine that is worked on, at the bottom of a terminal. */
export class ProgressLines implements Screen {
  readonly #context: Context;
  readonly #rows = new Map<string, string>();
  readonly #frames: string;
  readonly #timer: NodeJS.Timeout;
  #drawn = 0;
  #frame = 0;

  constructor(context: Context) {
    this.#context = context;
    const { LC_ALL, LC_CTYPE, LANG } = context.env;
    const encoding = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '');
    this.#frames = /utf-?8/i.test(encoding ?? '') ? BRAILLE : ASCII;
    this.#timer = setInterval(() => {
      this.#frame += 1;
      this.#redraw();
    }, FRAME_MS).unref();
  }

  update({ machine, message, fraction }: Progress): void {
    const percent = fraction === undefined ? '' : ` ${Math.floor(fraction * 100)}%`;
    this.#rows.set(machine, `${message}${percent}`);
    // The machine's first line is drawn at once, what follows with the next frame.
    if (this.#rows.size > this.#drawn) this.#redraw();
  }

  end(name: string): void {
    this.#rows.delete(name);
    this.#redraw();
  }

  above(write: () => void): void {
    this.#erase();
    write();
    this.#draw();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#erase();
  }

  #redraw(): void {
    this.#erase();
    this.#draw();
  }

  #erase(): void {
    if (this.#drawn > 0) this.#context.stderr.write(`\x1b[${this.#drawn}A${ERASE_BELOW}`);
    this.#drawn = 0;
  }

  /** A line that were broken by the terminal would be two to erase. */
  #draw(): void {
    const width = Math.max(20, this.#context.stderr.columns ?? 80) - 1;
    const spinner = this.#frames.charAt(this.#frame % this.#frames.length);
    for (const [name, words] of this.#rows) {
      const line = `${spinner} ${name}: ${words}`.replaceAll(/\p{Cc}+/gu, ' ');
      this.#context.stderr.write(`${line.slice(0, width)}\n`);
    }
    this.#drawn = this.#rows.size;
  }
}
