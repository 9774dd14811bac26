import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

import { bootedConsole, leave, withGuest } from '../machine';

const ROUNDS = 1500;

// Without the care that is taken of it one in some hundred rounds leaves a call that is never answered.
test('calls made while a console ends are answered, each of them', async () => {
  await withGuest({ name: 'talkative' }, async (domain, connection) => {
    await domain.create();
    const { console } = await bootedConsole(domain);
    await leave(console);
    for (let round = 0; round < ROUNDS; round += 1) {
      const stream = await domain.openConsole();
      stream.resume();
      if (round % 2 === 1) stream.write('echo hello; ls /\n');
      // So that the guest is at another point of its answer each time.
      if (round % 3 === 0) await setTimeout(round % 20);
      const closed = once(stream, 'close');
      stream.destroy();
      await Promise.all([domain.jobStats(), domain.state(), connection.hostname()]);
      await closed;
    }
  });
});
