import { HvError } from '../errors';
import { CLOUD_INIT_BEGINS, LOGIN, RESTARTS, STARTED } from './console-signs';

/** Milliseconds without a word on the console, after which a guest that has started all it starts, starts nothing more. */
const SILENCE = 30_000;
/**
 * Milliseconds in which a guest that asks for a login says nothing on its console, and refuses all that while. A prompt
 * promises less than that: services may still be starting behind it. systemd gives one of them 90 s, and a network that it
 * waits for 120 s, and tells on the console of what takes long.
 */
const LOGIN_SILENCE = 150_000;

/** Of ssh, those of a connection to nobody. One that was taken, and hears no hello, may be with a server that is slow. */
const NOBODY = /^ERR_SSH_(?:REFUSED|RESET|UNREACHABLE)$/;
/** Of them those that the guest itself answers with: its network is up. */
const REFUSED = /^ERR_SSH_(?:REFUSED|RESET)$/;

/**
 * Tells when nobody will answer in a guest any more, by what its console says and by how its ssh port answers. Where that is not
 * certain, it is not told: the deadline holds all the same.
 */
export class Hopeless {
  readonly #now: () => number;
  readonly #installs: boolean;
  #up: string | undefined;
  #asksForLogin = false;
  #hasCloudInit = false;
  #lastHeard = 0;
  #refusedSince: number | undefined;

  /** `installs`: it was given what may install an ssh server, however long that takes. */
  constructor({ installs, now = () => performance.now() }: { installs: boolean; now?: () => number }) {
    this.#installs = installs;
    this.#now = now;
  }

  /** The console printed something. */
  heard(): void {
    this.#lastHeard = this.#now();
  }

  /** A line of it, or a prompt that it ends with. */
  said(line: string): void {
    if (RESTARTS.test(line)) this.#forget();
    this.#up ??= STARTED.find((each) => each.line.test(line))?.means;
    this.#hasCloudInit ||= CLOUD_INIT_BEGINS.test(line);
    this.#asksForLogin ||= LOGIN.test(line);
  }

  /** The console cannot be followed any more: it may be saying anything. */
  deaf(): void {
    this.#forget();
  }

  /** Why it is in vain, if it is, to try again after an attempt that failed with this; undefined: there was no address to try. */
  after(error: Error | undefined): string | undefined {
    const code = error === undefined ? '' : HvError.is(error) ? error.code : 'another';
    if (!REFUSED.test(code)) this.#refusedSince = undefined;
    else this.#refusedSince ??= this.#now();
    const silent = this.#now() - this.#lastHeard;
    if (this.#up !== undefined) {
      const isNobody = code === '' || NOBODY.test(code);
      return isNobody && silent >= SILENCE ? this.#up : undefined;
    }
    // Behind the prompt cloud-init goes on, and tells when it has finished.
    const isAll = this.#asksForLogin && !this.#hasCloudInit && !this.#installs;
    if (!isAll || this.#refusedSince === undefined) return undefined;
    if (Math.min(silent, this.#now() - this.#refusedSince) < LOGIN_SILENCE) return undefined;
    return `its console asks for a login and has said nothing more for ${LOGIN_SILENCE / 1000} s`;
  }

  #forget(): void {
    this.#up = undefined;
    this.#asksForLogin = false;
    this.#hasCloudInit = false;
  }
}
