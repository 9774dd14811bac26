import { absolute, folderOf, MOST_ENTRIES, MOST_FILES, type BootEntry, type BootMenu, type ReadText } from './entry';

interface Label {
  label: string;
  kernel?: string;
  initrds: string[];
  append?: string;
  isMenuDefault: boolean;
  /** In how many menus below the first one it is shown. */
  depth: number;
}

/** The menu that isolinux or syslinux shows, with the configurations that this one includes. */
export async function readSyslinux(path: string, readText: ReadText): Promise<BootMenu> {
  const reader = new Reader(folderOf(path), readText);
  await reader.read(path);
  return reader.menu();
}

class Reader {
  readonly #folder: string;
  readonly #readText: ReadText;
  readonly #labels: Label[] = [];
  #current: Label | undefined;
  #depth = 0;
  #append = '';
  #default = '';
  #onTimeout = '';
  #filesLeft = MOST_FILES;

  constructor(folder: string, readText: ReadText) {
    this.#folder = folder;
    this.#readText = readText;
  }

  async read(path: string): Promise<void> {
    if (--this.#filesLeft < 0) return;
    const text = await this.#readText(path);
    for (const line of (text ?? '').split(/\r?\n/)) await this.#readLine(line.trim());
  }

  async #readLine(line: string): Promise<void> {
    const [, keyword = '', value = ''] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
    switch (keyword.toLowerCase()) {
      case 'label':
        this.#current = { label: value, initrds: [], isMenuDefault: false, depth: this.#depth };
        if (this.#labels.length < MOST_ENTRIES) this.#labels.push(this.#current);
        break;
      case 'default':
        this.#default = value;
        break;
      case 'ontimeout':
        this.#onTimeout = value;
        break;
      case 'kernel':
      case 'linux':
        if (this.#current) this.#current.kernel = value;
        break;
      case 'initrd':
        if (this.#current) this.#current.initrds = value.split(',');
        break;
      case 'append':
        if (this.#current) this.#current.append = value;
        else this.#append = value;
        break;
      case 'include':
        await this.read(absolute(value, this.#folder));
        break;
      case 'menu':
        await this.#readMenu(value);
        break;
    }
  }

  async #readMenu(value: string): Promise<void> {
    const [word = '', path] = value.split(/\s+/);
    switch (word.toLowerCase()) {
      case 'begin':
        ++this.#depth;
        this.#current = undefined;
        break;
      case 'end':
        this.#depth = Math.max(0, this.#depth - 1);
        this.#current = undefined;
        break;
      case 'default':
        if (this.#current) this.#current.isMenuDefault = true;
        break;
      case 'include':
        if (path !== undefined) await this.read(absolute(path, this.#folder));
        break;
    }
  }

  menu(): BootMenu {
    const entries: BootEntry[] = [];
    let marked: BootEntry | undefined;
    // Those of the first menu before those of menus below it.
    for (const label of this.#labels.toSorted((a, b) => a.depth - b.depth)) {
      const entry = this.#entryOf(label);
      if (!entry) continue;
      entries.push(entry);
      // A menu below has a default of its own, for when it is opened.
      if (label.isMenuDefault && label.depth === 0) marked = entry;
    }
    const named = [this.#onTimeout, this.#default].map((name) => entries.find(({ label }) => label === name));
    // The menu's mark counts for more than DEFAULT, which then names the menu's program.
    const chosen = marked ?? named.find((entry) => entry !== undefined) ?? this.#unlabelled();
    return { entries, chosen: chosen ?? entries[0] };
  }

  /** DEFAULT may be a whole command line, `vmlinuz initrd=initrd.img`, without any label. */
  #unlabelled(): BootEntry | undefined {
    const [kernel = '', ...args] = this.#default.split(/\s+/);
    if (kernel === '' || this.#labels.some(({ label }) => label === kernel)) return undefined;
    return this.#entryOf({ label: '', kernel, initrds: [], append: args.join(' '), isMenuDefault: false, depth: 0 });
  }

  #entryOf({ label, kernel, initrds, append = this.#append }: Label): BootEntry | undefined {
    // A label without one names the kernel itself; programs of syslinux's own are no kernels.
    const [program = '', ...more] = (kernel ?? label).split(/\s+/);
    if (program === '' || /\.(?:c32|com|cbt|bss|bin|0)$|^(?:boot|localboot)\b/i.test(program)) return undefined;
    const args = [...more, ...(append === '-' ? [] : append.split(/\s+/))].filter((arg) => arg !== '');
    // What INITRD says goes before `initrd=`, and of that the last one counts.
    const given = args.findLast((arg) => arg.startsWith('initrd='))?.slice('initrd='.length);
    const paths = initrds.length > 0 ? initrds : (given?.split(',') ?? []);
    return {
      label,
      kernel: absolute(program, this.#folder),
      initrds: paths.filter((path) => path !== '').map((path) => absolute(path, this.#folder)),
      cmdline: args.filter((arg) => !/^(?:initrd|BOOT_IMAGE)=/.test(arg)).join(' '),
    };
  }
}
