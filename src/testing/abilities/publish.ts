import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

import { expectation, type AbilityExpectations } from '../expectation';

export const publish: AbilityExpectations = {
  has: [
    expectation("a published port of this host leads to the guest's", async (subject) => {
      await subject.none();
      const host = await freePort();
      const machine = await subject.hvkit.create(subject.request(undefined, { publish: [`${host}:22`] }));
      if (await subject.answers(machine)) assert.match(await greeting(host), /^SSH-/);
      await machine.remove();
      await subject.nothingRemains();
    }),
  ],
  lacks: [
    expectation('a port that is to be published is refused, before anything is made', async (subject) => {
      await subject.none();
      const request = subject.request(undefined, { publish: [`${await freePort()}:22`] });
      await subject.assertRefused((onProgress) => subject.hvkit.create(request, { onProgress }));
    }),
  ],
};

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** What a server says first; nothing, if it hangs up without a word. */
async function greeting(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  try {
    const first: IteratorResult<string, undefined> = await socket[Symbol.asyncIterator]().next();
    return first.value ?? '';
  } finally {
    socket.destroy();
  }
}
