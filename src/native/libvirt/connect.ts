import { native, type NativeCredential } from './binding';
import { Connection } from './connection';
import { ConnectCredentialType, ConnectFlags, ErrorNumber } from './enums';
import { invalidArgument, isUnsupported, LibvirtError } from './errors';
import { call } from './object';
import { optionsOf, truthOf } from './options';
import { versionText } from './version';

export interface Credential {
  type: ConnectCredentialType;
  /** What to show a person who is asked. */
  prompt: string;
  challenge: string | undefined;
  defaultResult: string | undefined;
}

export interface ConnectOptions {
  /** Only calls that change nothing are allowed; the daemon then asks for no privileges. */
  readOnly?: boolean;
  /** Open the URI as it is, without the aliases of libvirt.conf. */
  noAliases?: boolean;
  /**
   * Answers what the daemon asks for, one answer for each credential in order: user names, passwords. Without it only
   * connections that ask nothing succeed. What it throws is the cause of the error.
   */
  auth?: (credentials: Credential[]) => Promise<readonly string[]> | readonly string[];
  /**
   * Messages that find out whether a remote daemon is still there, every 5 seconds and 5 unanswered unless told; false for
   * none. Without them a call to a host that vanished waits for the operating system to notice, which can take hours.
   */
  keepAlive?: { interval: number; count: number } | false;
}

const KEEP_ALIVE = { interval: 5, count: 5 };

const OPTIONS = { readOnly: true, noAliases: true, auth: true, keepAlive: true } as const;

const CREDENTIAL_TYPES = [
  ConnectCredentialType.USERNAME,
  ConnectCredentialType.AUTHNAME,
  ConnectCredentialType.LANGUAGE,
  ConnectCredentialType.CNONCE,
  ConnectCredentialType.PASSPHRASE,
  ConnectCredentialType.ECHOPROMPT,
  ConnectCredentialType.NOECHOPROMPT,
  ConnectCredentialType.REALM,
  ConnectCredentialType.EXTERNAL,
];

/**
 * Opens a connection. Any URI that the installed libvirt knows: `test:///default`, `qemu:///system`, `qemu:///session`,
 * `qemu:///embed?root=/path`, `qemu+ssh://host/system`, ...; without one, libvirt's own default.
 */
export async function connect(uri?: string, options: ConnectOptions = {}): Promise<Connection> {
  const { readOnly = false, noAliases = false, auth, keepAlive = KEEP_ALIVE } = optionsOf(options, OPTIONS);
  if (auth !== undefined && typeof auth !== 'function') throw invalidArgument('`auth` must be a function');
  if (keepAlive) requireKeepAlive(keepAlive);
  const flags =
    (truthOf(readOnly, '`readOnly`') * ConnectFlags.RO) | (truthOf(noAliases, '`noAliases`') * ConnectFlags.NO_ALIASES);
  const dialogue = auth && new Dialogue(auth);
  try {
    const handle = await call(() => native().open(uri ?? null, flags, CREDENTIAL_TYPES, dialogue?.ask ?? null));
    const connection = new Connection(handle);
    if (keepAlive) await startKeepAlive(connection, keepAlive);
    return connection;
  } catch (error) {
    throw LibvirtError.is(error) ? explain(error, uri, dialogue?.failure) : error;
  }
}

/** The version of the linked library, such as `9.0.0`. */
export function libraryVersion(): string {
  return versionText(native().libraryVersion());
}

function requireKeepAlive(keepAlive: typeof KEEP_ALIVE): void {
  const { interval, count } = optionsOf(keepAlive, { interval: true, count: true });
  // A negative count would be one that is never reached.
  if ([interval, count].every((number) => Number.isInteger(number) && number >= 0)) return;
  throw invalidArgument('`keepAlive` must have an `interval` in seconds and a `count`, both whole numbers from 0 on');
}

/** Only a connection to a daemon has such messages; in-process drivers refuse, and need none. */
async function startKeepAlive(connection: Connection, { interval, count }: typeof KEEP_ALIVE): Promise<void> {
  try {
    await connection.setKeepAlive(interval, count);
  } catch (error) {
    if (isUnsupported(error)) return;
    await connection.close();
    throw error;
  }
}

/** The one would end a password early, the other would become a question mark in it. */
const UNFIT_FOR_C = /[\0\p{Surrogate}]/u;

/** Lets a promise answer where libvirt waits for a callback. */
class Dialogue {
  /** What `auth` threw: libvirt itself can only say that authentication failed. */
  failure: unknown;
  readonly #auth: NonNullable<ConnectOptions['auth']>;

  constructor(auth: NonNullable<ConnectOptions['auth']>) {
    this.#auth = auth;
  }

  readonly ask = (credentials: NativeCredential[], reply: (answers: readonly string[] | null) => void): void => {
    this.#answer(credentials).then(reply, (error: unknown) => {
      this.failure = error;
      reply(null);
    });
  };

  async #answer(credentials: NativeCredential[]): Promise<readonly string[]> {
    const questions = credentials.map(({ type, prompt, challenge, defaultResult }) => ({
      type,
      prompt: prompt ?? '',
      challenge: challenge ?? undefined,
      defaultResult: defaultResult ?? undefined,
    }));
    const given: unknown = await this.#auth(questions);
    if (!Array.isArray(given)) throw invalidArgument('auth gave no array of answers');
    // A copy, so that what reading the answers may throw is thrown here.
    const answers: unknown[] = [...(given as unknown[])];
    if (answers.length !== questions.length || !answers.every((answer) => typeof answer === 'string')) {
      throw invalidArgument(
        `auth gave ${answers.length} answers for ${questions.length} credentials, or one that is not a string`,
      );
    }
    // Never the answer itself: it may be a password.
    const unfit = answers.findIndex((answer) => UNFIT_FOR_C.test(answer));
    if (unfit >= 0) {
      throw invalidArgument(
        `auth's answer ${unfit + 1} holds a NUL byte, or half of a surrogate pair: C cannot have it`,
      );
    }
    return answers;
  }
}

function explain(error: LibvirtError, uri: string | undefined, cause: unknown): LibvirtError {
  // Whatever libvirt says then, it is not the daemon that refused.
  const hint =
    cause === undefined ? hintFor(error, uri) : '`auth` itself failed, or answered what is no answer: the cause tells.';
  return error.with({ hint, cause });
}

/** The drivers of which a libvirt may have been built with some. Of another name it thinks that a daemon will know it. */
const DRIVERS =
  /^(bhyve|ch|esx|gsx|hyperv|interface|lxc|network|nodedev|nwfilter|openvz|parallels|phyp|qemu|remote|secret|storage|test|vbox|vmware\w*|vpx|vz|xen|xenapi)$/;

function hintFor(error: LibvirtError, uri: string | undefined): string | undefined {
  const driver = /^([^:+/]*)[^:/]*:/.exec(uri ?? '')?.[1];
  if (driver !== undefined && !DRIVERS.test(driver)) {
    return `libvirt has no driver "${driver}". Try qemu:///system, qemu:///session or test:///default.`;
  }
  if (error.message.includes('certificate')) {
    return 'Each side must know the authority of the other, and the name in its certificate: pkipath=FOLDER in the URI.';
  }
  if (error.message.includes('Host key verification failed')) {
    return 'The host must stand in known_hosts with the key that it shows: log in once by ssh.';
  }
  if (error.number === ErrorNumber.AUTH_FAILED) return 'Give connect() an `auth` function that knows the password.';
  if (error.number === ErrorNumber.AUTH_CANCELLED) return 'The `auth` function gave no answer for every credential.';
  if (error.number === ErrorNumber.AUTH_UNAVAILABLE || error.message.includes('authentication unavailable')) {
    return 'This user may not use the daemon: join the group libvirt, or use qemu:///session.';
  }
  if (error.message.includes('Failed to connect socket')) {
    return uri?.includes('session')
      ? 'Is libvirt installed with its QEMU driver? The session daemon starts by itself.'
      : 'Is libvirtd running? Try: sudo systemctl start libvirtd (or virtqemud.socket). Without root: qemu:///session.';
  }
  return undefined;
}
