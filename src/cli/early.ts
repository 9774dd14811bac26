/**
 * What must be known of the arguments before they can be parsed: which command it is, so that the others stay unread, and
 * which driver, because it brings flags of its own.
 */
export interface Early {
  command?: string;
  storagePath?: string;
  driver?: string;
  /** Long flags, in the order in which they stand: `--cpus`. */
  flags: readonly string[];
}

/** The options that take a value and count here. */
const STORAGE = { long: '--storage-path', short: 's' };
/** Of the program itself, whose values are no commands. */
const VALUED = new Set([
  '--tls-ca-cert',
  '--tls-ca-key',
  '--tls-client-cert',
  '--tls-client-key',
  '--github-api-token',
  '--bugsnag-api-token',
]);
const DRIVER = { long: '--driver', short: 'd' };

export function early(argv: readonly string[]): Early {
  const end = argv.indexOf('--');
  const options = end === -1 ? argv : argv.slice(0, end);
  const storagePath = valueOf(options, STORAGE);
  const driver = valueOf(options, DRIVER);
  const command = commandIn(options);
  return {
    ...(command !== undefined && { command }),
    ...(storagePath !== undefined && { storagePath }),
    ...(driver !== undefined && { driver }),
    flags: options.filter((each) => each.startsWith('--')).map((each) => each.replace(/=.*$/s, '')),
  };
}

/** The first argument that is neither an option nor an option's value. */
function commandIn(argv: readonly string[]): string | undefined {
  return argv.find((each, index) => {
    const before = argv[index - 1] ?? '';
    return !each.startsWith('-') && !isAsked(before, STORAGE) && !VALUED.has(before);
  });
}

/** Whether this option takes the next argument. Several short ones may stand in one: `-Ds FOLDER`. */
function isAsked(argument: string, { long, short }: { long: string; short: string }): boolean {
  return argument === long || new RegExp(`^-[a-zA-Z]*${short}$`).test(argument);
}

/** As commander reads it: `-d kvm`, `-dkvm`, `--driver kvm`, `--driver=kvm`; the last one holds. */
function valueOf(argv: readonly string[], option: { long: string; short: string }): string | undefined {
  let value: string | undefined;
  for (const [index, each] of argv.entries()) {
    if (isAsked(each, option)) value = argv[index + 1];
    else if (each.startsWith(`${option.long}=`)) value = each.slice(option.long.length + 1);
    else if (new RegExp(`^-${option.short}.`).test(each)) value = each.slice(2);
  }
  return value;
}
