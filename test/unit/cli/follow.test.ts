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
  const hv = home.open();
  const dev = await hv.create(home.request('dev', { guest: 'silent' }));
  const program = new Program(home, ['events']);
  // What happens before it looks at the machine is not told of: something happens until it is.
  const told = new AbortController();
  const heard = program.prints(/"dev"/).finally(() => {
    told.abort();
  });
  while (!told.signal.aborted) {
    await dev.pause();
    await dev.resume();
  }
  await heard;

  const other = await hv.create(home.request('other', { guest: 'silent' }));
  await program.prints(/"other".*"Running"/);
  await dev.stop();
  await program.prints(/"dev".*"Stopped"/);
  await dev.remove();
  await program.prints(/"removed".*"dev"/);
  program.signal('SIGINT');
  const { status, stdout, stderr } = await program.ends();
  expect({ status, stderr }).toEqual({ status: 130, stderr: '' });

  const all = events(stdout);
  for (const event of all) expect(new Date(event['time'] ?? '').toISOString()).toBe(event['time']);
  const of = ({ name, uuid }: { name: string; uuid: string }) =>
    all.filter((event) => event['machine'] === name && event['uuid'] === uuid && event['driver'] === 'file');
  expect(of(other)).toMatchObject([{ event: 'created' }, { event: 'state', state: 'Running', detail: 'seen' }]);
  expect(of(dev).slice(-2)).toMatchObject([
    { event: 'state', state: 'Stopped', detail: 'its process ended' },
    { event: 'removed' },
  ]);
});

test('logs -f prints what there is and what comes, until Ctrl-C; without -f it ends', async () => {
  await using home = runningHome();
  const machine = await home.open().create(home.request('dev', { guest: 'silent' }));
  const program = new Program(home, ['logs', '-f', 'dev']);
  await program.prints(/booting as silent\n/);
  await machine.kill();
  await machine.start();
  await program.prints(/(?:booting as silent\n){2}/);
  program.signal('SIGINT');
  const stdout = 'booting as silent\n'.repeat(2);
  expect(await program.ends()).toEqual({ status: 130, stdout, stderr: '' });
  expect(await new Program(home, ['logs', 'dev']).ends()).toEqual({ status: 0, stdout, stderr: '' });
});

test('logs -f ends with the machine, also where another one gets its name', async () => {
  await using home = runningHome();
  const hv = home.open();
  const machine = await hv.create(home.request('dev', { guest: 'silent' }));
  const program = new Program(home, ['logs', '-f', 'dev']);
  await program.prints(/booting as silent\n/);
  await machine.remove();
  await hv.create(home.request('dev', { guest: 'silent' }));
  expect(await program.ends()).toEqual({ status: 0, stdout: 'booting as silent\n', stderr: '' });
});
