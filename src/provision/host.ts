import { HvError } from '../errors';
import type { SshClient } from '../ssh/client';
import { exec, type ExecResult } from '../ssh/exec';
import { quote } from '../ssh/quote';

export interface HostRunOptions {
  /** What the command reads. What is secret belongs here, and never among the arguments. */
  input?: string | Uint8Array;
  /** 5 minutes unless told. */
  timeoutMs?: number;
}

/** A machine as the steps see it: everything is done as root. */
export interface Host {
  /** Runs a program with exactly these arguments: what it printed. Another status than 0 is an error with its last words. */
  run(command: string, args?: readonly string[], options?: HostRunOptions): Promise<string>;
  /** Whether it ends with 0. */
  succeeds(command: string, args?: readonly string[], options?: HostRunOptions): Promise<boolean>;
  /** Undefined: there is no such file. */
  read(path: string): Promise<string | undefined>;
  /** Makes or replaces a file as a whole, with this mode from its first byte on (0644 unless told), and its folder. */
  write(path: string, content: string, options?: { mode?: number }): Promise<void>;
}

/** What takes a second takes minutes in a guest of software whose host is busy. */
const PATIENCE = 300_000;
/** Of what a command said before it failed. */
const LAST_LINES = 12;
const NO_SUCH_FILE = 44;

// Of a connection that ends in the middle, what was sent so far looks like the whole: so its length is told beforehand.
const WRITE = `set -eu
path=$1 mode=$2 length=$3
(umask 022; mkdir -p "$(dirname "$path")")
new=$path.hvkit-new
umask 077
rm -f "$new"
trap 'rm -f "$new"' EXIT
cat >"$new"
[ "$(wc -c <"$new" | tr -d ' ')" = "$length" ] || { echo "$path did not arrive whole" >&2; exit 1; }
chmod "$mode" "$new"
sync "$new" 2>/dev/null || sync
mv -f "$new" "$path"
trap - EXIT`;

/** Over one ssh connection. Whoever logs in is root, or may use sudo without a password. */
export class SshHost implements Host {
  readonly #client: SshClient;
  readonly #signal: AbortSignal;
  readonly #isRoot: boolean;

  static async over(client: SshClient, signal: AbortSignal): Promise<SshHost> {
    const { stdout } = await exec(client, 'id', ['-u'], { signal, timeoutMs: PATIENCE });
    return new SshHost(client, signal, stdout.toString().trim() === '0');
  }

  private constructor(client: SshClient, signal: AbortSignal, isRoot: boolean) {
    this.#client = client;
    this.#signal = signal;
    this.#isRoot = isRoot;
  }

  async run(command: string, args: readonly string[] = [], options: HostRunOptions = {}): Promise<string> {
    const result = await this.#exec(command, args, options);
    if (result.status === 0) return result.stdout.toString();
    throw failed([command, ...args], result);
  }

  async succeeds(command: string, args: readonly string[] = [], options: HostRunOptions = {}): Promise<boolean> {
    return (await this.#exec(command, args, options)).status === 0;
  }

  async read(path: string): Promise<string | undefined> {
    const script = `[ -e "$1" ] || exit ${NO_SUCH_FILE}; exec cat "$1"`;
    const result = await this.#exec('sh', ['-c', script, 'sh', path], {});
    if (result.status === NO_SUCH_FILE) return undefined;
    if (result.status === 0) return result.stdout.toString();
    throw failed(['cat', path], result);
  }

  async write(path: string, content: string, { mode = 0o644 }: { mode?: number } = {}): Promise<void> {
    const length = String(Buffer.byteLength(content));
    const args = ['-c', WRITE, 'sh', path, mode.toString(8).padStart(4, '0'), length];
    const result = await this.#exec('sh', args, { input: content });
    if (result.status !== 0) throw failed(['write', path], result);
  }

  async #exec(
    command: string,
    args: readonly string[],
    { input, timeoutMs = PATIENCE }: HostRunOptions,
  ): Promise<ExecResult> {
    // sudo's own PATH is not the user's; a program of /usr/sbin is found by both so.
    const whole = ['env', `PATH=${PATH}`, 'LC_ALL=C', command, ...args];
    const [first = '', ...rest] = this.#isRoot ? whole : ['sudo', '-n', '--', ...whole];
    const options = { signal: this.#signal, timeoutMs, ...(input !== undefined && { stdin: input }) };
    try {
      return await exec(this.#client, first, rest, options);
    } catch (error) {
      throw HvError.is(error) && error.code === 'ERR_SSH_EXEC_TIMEOUT'
        ? late([command, ...args], timeoutMs, error)
        : error;
    }
  }
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function failed(words: readonly string[], { status, stdout, stderr }: ExecResult): HvError {
  const said = `${stdout.toString()}\n${stderr.toString()}`.trim().split('\n').slice(-LAST_LINES);
  const text = said.join('\n');
  const what = named(words);
  if (/no space left on device|disk quota exceeded|not enough (?:free )?space/i.test(text)) {
    return new HvError({
      code: 'ERR_PROVISION_NO_SPACE',
      message: `The disk of the machine is full: ${what} failed`,
      hint: 'Make room in it, then hvkit provision; or create it with a larger --disk.',
      cause: new HvError({ code: 'ERR_PROVISION', message: text }),
    });
  }
  if (/^sudo: /m.test(text) && /password|not allowed|not in the sudoers|a terminal is required/i.test(text)) {
    return new HvError({
      code: 'ERR_PROVISION',
      message: 'The user that hvkit logs in as may not become root in the machine',
      hint: 'It must be root, or one that sudo asks for no password.',
      cause: new HvError({ code: 'ERR_PROVISION', message: text }),
    });
  }
  return new HvError({
    code: 'ERR_PROVISION',
    message: [`${what} ended with ${status}`, ...said.filter(Boolean).map((line) => `  ${line}`)].join('\n'),
  });
}

function late(words: readonly string[], timeoutMs: number, cause: HvError): HvError {
  return new HvError({
    code: 'ERR_PROVISION',
    message: `${named(words)} took longer than ${timeoutMs / 1000} s, and was ended`,
    hint: 'Is the machine, or this host, very busy? What was done stays done: the next attempt goes on from there.',
    cause,
  });
}

/** A script is long, and its name says nothing. */
function named(words: readonly string[]): string {
  return words[1] === '-c' ? 'a script of this step' : words.map(quote).join(' ').slice(0, 200);
}
