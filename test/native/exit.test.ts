import { runChild } from './child-process';
import { ENDS } from './exits';

test.each(ENDS)('a process may $how in the middle of calls and events', async ({ how, expected }) => {
  for (let run = 0; run < 2; ++run) {
    const { code, signal, stdout } = await runChild('exit.js', [how]);
    expect({ code, signal, stdout }).toEqual({ ...expected, stdout: '' });
  }
});
