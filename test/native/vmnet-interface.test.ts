import { macOf } from '../../src/native/vmnet';

test('where there is no vmnet it says so, and what else there is', async () => {
  await expect(macOf('8a7b6c5d-4e3f-4a1b-8c9d-0e1f2a3b4c5d')).rejects.toMatchObject({
    code: 'ERR_VMNET_UNSUPPORTED',
    message: expect.stringContaining(process.platform) as string,
    hint: expect.stringContaining('hvkit drivers') as string,
  });
});

test.each([
  '',
  'dev',
  '8a7b6c5d4e3f4a1b8c9d0e1f2a3b4c5d',
  '8a7b6c5d-4e3f-4a1b-8c9d-0e1f2a3b4c5',
  '{8a7b6c5d-4e3f-4a1b-8c9d-0e1f2a3b4c5d}',
])('what is no UUID is not asked for: %j', async (text) => {
  await expect(macOf(text)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
});
