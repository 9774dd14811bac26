import { once } from 'node:events';
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { harmless } from '../../../src/cli/harmless';
import { runningHome } from '../../support/home';
import { fileDriver } from '../../support/file-driver';
import { hvkit, Sink } from './command-line';

const ESC = '\u001b';

async function shown(...pieces: readonly (string | Buffer)[]): Promise<string> {
  const through = harmless();
  let text = '';
  through.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  for (const piece of pieces) through.write(piece);
  through.end();
  await once(through, 'end');
  return text;
}

test.each([
  ['text as it is', 'a line\r\n\tGrüße ✓\n', 'a line\r\n\tGrüße ✓\n'],
  ['no question where the cursor is', `$ ${ESC}[6n`, '$ '],
  ['no colours, nor other places', `${ESC}[2J${ESC}[1;1H${ESC}[32mOK${ESC}[0m\n`, 'OK\n'],
  ['no title', `${ESC}]0;rm -rf${ESC}\\done ${ESC}]2;x\u0007`, 'done '],
  ['no bell, nor backspace', 'secret\b\b\u0007', 'secret'],
  ['an escape that nothing follows', `end${ESC}`, 'end'],
])('%s', async (_what, printed, expected) => {
  expect(await shown(printed)).toBe(expected);
  // Wherever it is cut in two.
  const bytes = Buffer.from(printed);
  for (let at = 1; at < bytes.length; at++) {
    expect(await shown(bytes.subarray(0, at), bytes.subarray(at))).toBe(expected);
  }
});

test('what is no whole sequence is not waited for without an end', () => {
  const through = harmless();
  through.write(`${ESC}]0;${'x'.repeat(1000)}`);
  expect(through.readableLength).toBeGreaterThan(0);
  through.destroy();
});

test('logs shows a terminal text, and gives bytes to a pipe', async () => {
  await using home = runningHome();
  await home.open().create(home.request('dev', { guest: 'silent' }));
  const host = join(home.path, 'host');
  const [log = ''] = readdirSync(host, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('console.log'),
  );
  appendFileSync(join(host, log), `$ ${ESC}[6n`);
  const options = { home: home.path, drivers: [fileDriver] };
  const { stdout } = await hvkit(['logs', 'dev'], options);
  expect(stdout).toMatch(/booting as silent\n\$ .*\[6n$/);
  const terminal = Object.assign(new Sink(), { isTTY: true });
  await hvkit(['logs', 'dev'], { ...options, stdout: terminal });
  expect(terminal.text).toBe(stdout.slice(0, -`${ESC}[6n`.length));
});
