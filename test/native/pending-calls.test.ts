import { PendingCalls } from '../../src/native/libvirt/pending-calls';

const never = new Promise<never>(() => undefined);

test('calls that libvirt leaves asleep after it has closed their connection are told that it is lost', async () => {
  jest.useFakeTimers();
  try {
    let isAlive = true;
    const calls = new PendingCalls(() => Promise.resolve(isAlive));
    const asleep = [calls.answerTo(never), calls.answerTo(never)];
    const outcomes: unknown[] = [];
    for (const each of asleep) each.catch((error: unknown) => outcomes.push(error));
    await expect(calls.answerTo(Promise.resolve('answer'))).resolves.toBe('answer');
    await expect(calls.answerTo(Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(outcomes).toEqual([]);
    isAlive = false;
    await jest.advanceTimersByTimeAsync(5_000);
    const lost = { code: 'ERR_CONNECTION_LOST', message: 'The connection to libvirt was lost (KEEPALIVE)' };
    expect(outcomes).toMatchObject([lost, lost]);
    // Nobody waits: nobody asks.
    await jest.advanceTimersByTimeAsync(5_000);
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});
