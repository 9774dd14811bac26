import { runningHome } from '../../support/home';
import { Program } from './program';

function events(text: string): Record<string, string>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);
}

test('events is a line of JSON for each thing that happens, as it happens, until Ctrl-C', async () => {
  await using home = runningHome();
  const machine = await home.open().create(home.request('dev', { guest: 'silent' }));
  const program = new Program(home, ['events']);
  // What happens before it listens is not told of: something happens until it is.
  const told = new AbortController();
  const heard = program.prints(/"other"/).finally(() => {
    told.abort();
  });
  const hv = home.open();
  while (!told.signal.aborted) await (await hv.create(home.request('other', { guest: 'silent' }))).remove();
  await heard;

  await machine.pause();
  await program.prints(/"Paused"/);
  await machine.stop();
  await program.prints(/"dev".*"Stopped"/);
  await machine.remove();
  await program.prints(/"removed".*"machine":"dev"/);
  program.signal('SIGINT');
  const { status, stdout, stderr } = await program.ends();
  expect({ status, stderr }).toEqual({ status: 130, stderr: '' });

  const all = events(stdout);
  for (const event of all) expect(new Date(event['time'] ?? '').toISOString()).toBe(event['time']);
  const { uuid } = machine;
  const ofDev = all.filter((event) => event['machine'] === 'dev');
  expect(ofDev).toMatchObject([
    { event: 'state', uuid, driver: 'file', state: 'Paused', detail: 'seen' },
    { event: 'state', uuid, driver: 'file', state: 'Stopped', detail: 'its process ended' },
    { event: 'removed', uuid, driver: 'file' },
  ]);
});

test('logs -f prints what there is and what comes, until Ctrl-C; without -f it ends', async () => {
  await using home = runningHome();
  const machine = await home.open().create(home.request('dev', { guest: 'silent' }));
  expect(await new Program(home, ['logs', 'dev']).ends()).toEqual({
    status: 0,
    stdout: 'booting as silent\n',
    stderr: '',
  });
  const program = new Program(home, ['logs', '-f', 'dev']);
  await program.prints(/booting as silent\n/);
  await machine.kill();
  await machine.start();
  await program.prints(/(?:booting as silent\n){2}/);
  program.signal('SIGINT');
  expect(await program.ends()).toEqual({ status: 130, stdout: 'booting as silent\n'.repeat(2), stderr: '' });
});
