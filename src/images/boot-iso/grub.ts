import { absolute, MOST_ENTRIES, MOST_FILES, type BootEntry, type BootMenu, type ReadText } from './entry';

/** Variables stand for so much text, and no more. */
const LONGEST_VALUE = 4096;

/**
 * The menu of a grub.cfg, as far as a menu of an installation medium goes: variables are known, conditions are not, so that the
 * entries of every branch are there.
 */
export async function readGrub(path: string, readText: ReadText): Promise<BootMenu> {
  const reader = new Reader(readText);
  await reader.read(path);
  return reader.menu();
}

class Reader {
  readonly #readText: ReadText;
  readonly #variables = new Map<string, string>();
  readonly #entries: BootEntry[] = [];
  /** Menus and entries of the top, by title and id: what `default` counts. */
  readonly #top: { names: string[]; entry: BootEntry | undefined }[] = [];
  #depth = 0;
  #current: { names: string[]; depth: number; isTop: boolean; entry: BootEntry } | undefined;
  #filesLeft = MOST_FILES;

  constructor(readText: ReadText) {
    this.#readText = readText;
  }

  async read(path: string): Promise<void> {
    if (--this.#filesLeft < 0) return;
    const text = (await this.#readText(path)) ?? '';
    for (const words of commandsOf(text)) await this.#command(words);
  }

  async #command(words: readonly Word[]): Promise<void> {
    const [command = '', ...args] = words.map((word) => this.#expand(word));
    // `if ...; then set x=y`: the branches of a condition are commands like any.
    if (['then', 'else', 'do'].includes(command)) return this.#command(words.slice(1));
    switch (command) {
      case 'set':
        this.#set(args[0] ?? '');
        break;
      case 'menuentry':
      case 'submenu':
        this.#begin(command, args);
        break;
      case '{':
        ++this.#depth;
        break;
      case '}':
        this.#depth = Math.max(0, this.#depth - 1);
        if (this.#current && this.#depth < this.#current.depth) this.#end();
        break;
      case 'linux':
      case 'linuxefi':
      case 'linux16':
        this.#linux(args);
        break;
      case 'initrd':
      case 'initrdefi':
      case 'initrd16':
        this.#current?.entry.initrds.push(...args.map(withoutDevice));
        break;
      case 'source':
      case 'configfile':
      case '.':
        // What an entry goes to when it is chosen is another menu.
        if (!this.#current && args[0] !== undefined) await this.read(withoutDevice(args[0]));
        break;
    }
  }

  #set(assignment: string): void {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(assignment) ?? [];
    if (name !== '') this.#variables.set(name, value.slice(0, LONGEST_VALUE));
  }

  #begin(command: string, args: readonly string[]): void {
    const ids = args.flatMap((arg, index) =>
      arg === '--id' ? [args[index + 1] ?? ''] : (/^--id=(.*)$/.exec(arg)?.[1] ?? []),
    );
    const names = [args[0] ?? '', ...ids];
    const isTop = this.#depth === 0;
    if (command === 'submenu') {
      if (isTop) this.#top.push({ names, entry: undefined });
      return;
    }
    this.#end();
    const entry = { label: names[0] ?? '', kernel: '', initrds: [], cmdline: '' };
    this.#current = { names, depth: this.#depth + 1, isTop, entry };
  }

  #linux([kernel = '', ...args]: readonly string[]): void {
    if (!this.#current) return;
    this.#current.entry.kernel = withoutDevice(kernel);
    this.#current.entry.cmdline = args.filter((arg) => !arg.startsWith('BOOT_IMAGE=')).join(' ');
  }

  #end(): void {
    if (!this.#current) return;
    const { names, isTop, entry } = this.#current;
    const boots = entry.kernel !== '' && this.#entries.length < MOST_ENTRIES;
    if (boots) this.#entries.push(entry);
    if (isTop) this.#top.push({ names, entry: boots ? entry : undefined });
    this.#current = undefined;
  }

  menu(): BootMenu {
    this.#end();
    const wanted = this.#variables.get('default') ?? '0';
    const chosen = /^\d+$/.test(wanted)
      ? this.#top[Number(wanted)]
      : this.#top.find(({ names }) => names.includes(wanted));
    return { entries: this.#entries, chosen: chosen?.entry ?? this.#entries[0] };
  }

  #expand(word: Word): string {
    let text = '';
    for (const { literal, value } of word) {
      text += literal
        ? value
        : value
            .slice(0, LONGEST_VALUE)
            .replace(
              /\$(?:\{(\w+)\}|(\w+))/g,
              (_, braced?: string, bare?: string) => this.#variables.get(braced ?? bare ?? '') ?? '',
            );
      if (text.length > LONGEST_VALUE) return text.slice(0, LONGEST_VALUE);
    }
    return text;
  }
}

/** Pieces of one word: in single quotes, and behind a backslash, no variable is meant. */
type Word = { literal: boolean; value: string }[];

/** GRUB's script is a shell's: commands of words, ended by a line's end or a semicolon. */
function* commandsOf(text: string): Generator<Word[]> {
  let command: Word[] = [];
  let word: Word | undefined;
  const token =
    /\\\r?\n|\\([^])|'([^']*)'|"([^"\\]*(?:\\[^][^"\\]*)*)"|([ \t\r]+)|([\n;])|(#[^\n]*)|([^\s\\'";#]+|[^])/g;
  for (const [whole, escaped, single, double, space, end, comment, plain] of text.matchAll(token)) {
    if (escaped !== undefined || single !== undefined) {
      (word ??= []).push({ literal: true, value: escaped ?? single ?? '' });
    } else if (double !== undefined) {
      (word ??= []).push({ literal: false, value: double.replace(/\\(["\\])/g, '$1') });
    } else if (plain !== undefined || (comment !== undefined && word)) {
      // A # begins a comment only where a word could begin.
      (word ??= []).push({ literal: false, value: plain ?? whole });
    } else if (space !== undefined || end !== undefined) {
      if (word) command.push(word);
      word = undefined;
    }
    if (end !== undefined) {
      yield* blocksOf(command);
      command = [];
    }
  }
  if (word) command.push(word);
  yield* blocksOf(command);
}

/** A brace that stands alone is a command of its own. */
function* blocksOf(command: readonly Word[]): Generator<Word[]> {
  let rest: Word[] = [];
  for (const word of command) {
    const [piece, another] = word;
    const isBrace = !another && piece?.literal === false && (piece.value === '{' || piece.value === '}');
    if (isBrace) {
      if (rest.length > 0) yield rest;
      yield [word];
      rest = [];
    } else {
      rest.push(word);
    }
  }
  if (rest.length > 0) yield rest;
}

/** `(cd0)/casper/vmlinuz`: the only device here is the image. */
function withoutDevice(path: string): string {
  return absolute(path.replace(/^\([^)]*\)/, ''), '');
}
