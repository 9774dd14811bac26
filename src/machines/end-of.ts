/** Rejects when the signal is aborted. */
export function endOf(signal: AbortSignal): Promise<never> {
  const ended = new Promise<never>((_, reject) => {
    const end = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  // Whoever races against it may have won by then.
  ended.catch(() => undefined);
  return ended;
}
