import { runChild } from '../native/child-process';

jest.setTimeout(30 * 60 * 1000);

test('a program that is blocked during 100,000 events does not grow, and every event is accounted for', async () => {
  const child = await runChild('flood.js', ['100000', '1000'], { timeout: 600_000 });
  expect(child).toMatchObject({ code: 0, stderr: '' });
  const { delivered, dropped, grown } = JSON.parse(child.stdout) as Record<string, number>;
  expect(delivered! + dropped!).toBe(100_000);
  expect(grown).toBeLessThan(100 * 2 ** 20);
});
