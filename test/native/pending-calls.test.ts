import { HvError } from '../../src/errors';
import { LibvirtError } from '../../src/native/libvirt';
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

test('calls after a daemon was silent for too long are told that, and what libvirt says of them', async () => {
  const calls = new PendingCalls(() => Promise.resolve(false));
  const closed = new LibvirtError({ code: 'ERR_LIBVIRT', message: 'client socket is closed', number: 1 });
  await expect(calls.answerTo(Promise.reject(closed))).rejects.toBe(closed);
  calls.lostToSilence();
  const lost = {
    code: 'ERR_CONNECTION_LOST',
    message: 'The connection to libvirt was lost (KEEPALIVE)',
    cause: closed,
  };
  await expect(calls.answerTo(Promise.reject(closed))).rejects.toMatchObject(lost);
  const freed = new HvError({ code: 'ERR_HANDLE_FREED', message: 'this Domain was freed' });
  await expect(calls.answerTo(Promise.reject(freed))).rejects.toBe(freed);
});
