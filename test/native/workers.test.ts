import { runChild } from './child-process';

test('workers may end in the middle of calls and events, and leave nothing behind', async () => {
  const child = await runChild('workers.js', ['24']);
  expect(child).toEqual({ code: 0, signal: null, stdout: 'all ended, all closed\n', stderr: '' });
});

test('each worker has its own listeners and answers', async () => {
  const child = await runChild('worker-answers.js');
  expect(child).toEqual({ code: 0, signal: null, stdout: '8 workers, each told of its own\n', stderr: '' });
});
