import { runChild } from '../native/child-process';
import { ENDS } from '../native/exits';

jest.setTimeout(30 * 60 * 1000);

const RUNS = 100;

test.each(ENDS)(`$how in the middle of calls and events, ${RUNS} times`, async ({ how, expected }) => {
  const outcomes: unknown[] = [];
  for (let run = 0; run < RUNS; ++run) {
    const { code, signal } = await runChild('exit.js', [how]);
    outcomes.push({ code, signal });
  }
  expect(outcomes).toEqual(Array.from({ length: RUNS }, () => expected));
});

test(`workers that end in the middle of calls and events, ${RUNS} times ten`, async () => {
  const outcomes: unknown[] = [];
  for (let run = 0; run < RUNS; ++run) outcomes.push(await runChild('workers.js', ['10']));
  const well = { code: 0, signal: null, stdout: 'all ended, all closed\n', stderr: '' };
  expect(outcomes).toEqual(Array.from({ length: RUNS }, () => well));
});

test('a thousand workers in one process', async () => {
  const child = await runChild('workers.js', ['1000'], { timeout: 900_000 });
  expect(child).toEqual({ code: 0, signal: null, stdout: 'all ended, all closed\n', stderr: '' });
});
