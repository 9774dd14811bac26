/** Linux' numbers, whatever this host calls them: those that the ssh protocol has names for. */
const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGABRT: 6,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

/** What a shell has for a program that was not found; the shell of the machine says so itself. */
export const NOT_FOUND = 127;
/** What ssh has when it is not the program that failed but the way to it. */
export const CONNECTION_FAILED = 255;

/** As a shell has it: 128 and the signal's number. */
export function statusOfSignal(signal: string): number {
  return 128 + (SIGNALS[signal] ?? 0);
}
