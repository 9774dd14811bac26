import { linesOf } from '../../../src/machines/console-tail';

test('what a guest prints cannot reach the terminal of whoever reads an error', () => {
  const printed = 'one\r\n\x1b[2J\x1b]0;title\x07two\rthree\r\r\n\n  \x08\x9b31mfour  \n';
  const lines = linesOf(printed);
  expect(lines).toEqual(['one', 'two three', expect.stringMatching(/^ +four$/)]);
  expect(lines.join('')).not.toMatch(/\p{Cc}/u);
});
