import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';

import { agentKeys } from '../../../src/ssh/agent';
import { Folder } from '../../support/folder';

test('an agent that says nothing is given up, and nothing is left of the question', async () => {
  using folder = new Folder();
  const path = join(folder.path, 'agent');
  const server = createServer().listen(path);
  const asked = once(server, 'connection') as Promise<[Socket]>;
  await expect(agentKeys(path, 500)).rejects.toMatchObject({
    code: 'ERR_SSH_TIMEOUT',
    message: 'it did not answer within 1 s',
  });
  const [socket] = await asked;
  await once(socket.resume(), 'end');
  socket.destroy();
  server.close();
});
