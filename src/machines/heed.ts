/** Milliseconds that work has to end by itself, once it is told to. What does not do so hangs. */
const GRACE = 10_000;

/**
 * What becomes of work that the signal ends. Where it does not end, because a hypervisor hangs in the middle of a call, whoever
 * waits is let go all the same; the work ends by itself some time, and keeps the lock of its machine until then.
 */
export function heeded<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return letGo(work, signal, (leave) => {
    const timer = setTimeout(leave, GRACE);
    return () => {
      clearTimeout(timer);
    };
  });
}

/** The same of what changes nothing: it is not waited for a moment longer. */
export function untilAborted<T>(looking: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return letGo(looking, signal, (leave) => {
    leave();
    return () => undefined;
  });
}

function letGo<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  abort: (leave: () => void) => () => void,
): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    let stay = (): void => undefined;
    const onAbort = (): void => {
      stay = abort(() => {
        reject(signal.reason as Error);
      });
    };
    const over = (): void => {
      stay();
      signal.removeEventListener('abort', onAbort);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    work.finally(over).then(resolve, reject);
  });
}
