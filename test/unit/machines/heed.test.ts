import { heeded, untilAborted } from '../../../src/machines/heed';

const reason = new Error('enough');
const never = new Promise<never>(() => undefined);

test('work that ends is what counts, also when it was told to end', async () => {
  const over = new AbortController();
  const { promise, resolve } = withResolver<string>();
  const waiting = heeded(promise, over.signal);
  over.abort(reason);
  resolve('done');
  await expect(waiting).resolves.toBe('done');
});

test('work that hangs is left after a while', async () => {
  jest.useFakeTimers();
  try {
    const over = new AbortController();
    const waiting = heeded(never, over.signal);
    let isLeft = false;
    waiting.catch(() => (isLeft = true));
    over.abort(reason);
    await jest.advanceTimersByTimeAsync(9_000);
    expect(isLeft).toBe(false);
    await jest.advanceTimersByTimeAsync(1_000);
    await expect(waiting).rejects.toBe(reason);
  } finally {
    jest.useRealTimers();
  }
});

test('a look that hangs is left at once', async () => {
  const over = new AbortController();
  const waiting = untilAborted(never, over.signal);
  over.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(untilAborted(never, AbortSignal.abort(reason))).rejects.toBe(reason);
});

function withResolver<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((taken) => {
    resolve = taken;
  });
  return { promise, resolve };
}
