import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { page } from './page';

const PAGE = join(__dirname, '..', '..', '..', 'docs', 'cli.md');

test('docs/cli.md tells of the commands as they are: npm run docs writes it', async () => {
  const text = await page();
  if (process.env['WRITE_DOCS']) writeFileSync(PAGE, text);
  expect(readFileSync(PAGE, 'utf8')).toBe(text);
});
