import { run } from '../../../src/images/own/run';

test.each([
  ["E: Failed to fetch http://host/x.deb  Temporary failure resolving 'host'", 'Is there a network'],
  ['E: Failed to fetch http://host/x.deb  Could not connect to 127.0.0.1:9 (127.0.0.1).', 'Is there a network'],
  ['E: Failed to fetch http://host/x.deb  404  Not Found [IP: 127.0.0.1 80]', 'apt-get update'],
])('what a program says, %s, has a way out', async (said, hint) => {
  await expect(run('sh', ['-c', 'echo "$1" >&2; exit 100', 'sh', said])).rejects.toMatchObject({
    code: 'ERR_PROGRAM_FAILED',
    message: expect.stringContaining(said) as string,
    hint: expect.stringContaining(hint) as string,
  });
});
