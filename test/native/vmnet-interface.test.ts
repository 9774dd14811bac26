import { macOS } from '../../src/drivers/xhyve/host';
import { macOn } from '../../src/drivers/xhyve/network';
import { macOf } from '../../src/native/vmnet';

const UUID = '8a7b6c5d-4e3f-4a1b-8c9d-0e1f2a3b4c5d';

test('where there is no vmnet it says so, and what else there is', async () => {
  await expect(macOf(UUID)).rejects.toMatchObject({
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

test('the driver asks vmnet for the MAC of a machine, where it is not given one otherwise', async () => {
  await expect(macOn({}, UUID, macOS)).rejects.toMatchObject({ code: 'ERR_VMNET_UNSUPPORTED' });
});
