import { Sessions } from '../../../src/ssh/sessions';

/** A server that has room for so many sessions, as sshd: what it refuses has a reason. */
class Server {
  asked = 0;
  readonly #room: number;
  #taken = 0;

  constructor(room: number) {
    this.#room = room;
  }

  /** A session, as ssh2 opens it; what it resolves with ends it on both sides. */
  readonly session = async (over: () => void): Promise<() => void> => {
    this.asked += 1;
    await Promise.resolve();
    if (this.#taken === this.#room) throw Object.assign(new Error('open failed'), { reason: 2 });
    this.#taken += 1;
    return () => {
      over();
      this.forget();
    };
  };

  /** A session that has ended on the client's side alone; forget() follows. */
  readonly late = async (over: () => void): Promise<() => void> => {
    await this.session(() => undefined);
    return over;
  };

  forget(): void {
    this.#taken -= 1;
  }
}

function sessions(): Sessions {
  return new Sessions(60_000, () => new Error('the server is silent'));
}

test('one too many waits for another to end, and asks no more than once for each', async () => {
  const server = new Server(2);
  const all = sessions();
  const ends = [await all.open(server.session), await all.open(server.session)];
  const waiting = [all.open(server.session), all.open(server.session)];
  await new Promise(setImmediate);
  expect(server.asked).toBe(4);
  for (const end of ends) end();
  await Promise.all(waiting);
});

test('a session that the server counts a moment longer is asked for once more', async () => {
  const server = new Server(1);
  const all = sessions();
  const end = await all.open(server.late);
  end();
  // It refuses the first, and has counted anew by the second.
  const next = all.open(async (over) => {
    try {
      return await server.session(over);
    } catch (error) {
      server.forget();
      throw error;
    }
  });
  await expect(next).resolves.toEqual(expect.any(Function));
});

/** What a server says nothing of, as ssh2 tells it; and in the end it has room. */
function unanswered(times: number): { attempts: () => number; attempt: () => Promise<string> } {
  let attempts = 0;
  return {
    attempts: () => attempts,
    attempt: () => {
      attempts += 1;
      const cause = new Error('Unable to exec');
      return attempts > times ? Promise.resolve('runs') : Promise.reject(new Error('no session', { cause }));
    },
  };
}

test('a command that may have begun is not sent again', async () => {
  const { attempt, attempts } = unanswered(1);
  await expect(sessions().open(attempt)).rejects.toThrow('no session');
  expect(attempts()).toBe(1);
});

test('what can be asked for twice is, and not for ever', async () => {
  await expect(sessions().open(unanswered(2).attempt, { repeatable: true })).resolves.toBe('runs');
  await expect(sessions().open(unanswered(9).attempt, { repeatable: true })).rejects.toThrow('no session');
});

test('a server that opens none refuses all who ask, at once', async () => {
  const server = new Server(0);
  const all = sessions();
  const both = await Promise.allSettled([all.open(server.session), all.open(server.session)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
