import type { DriverDefinition } from '../../../src/drivers/driver';
import { Hvkit } from '../../../src/machines/hvkit';
import { fileDriver } from '../../support/file-driver';
import { Folder } from '../../support/folder';

const best: DriverDefinition = { ...fileDriver, name: 'best', aliases: ['good'], priority: 9 };
const sick: DriverDefinition = {
  ...fileDriver,
  name: 'sick',
  aliases: [],
  priority: 99,
  health: () => Promise.resolve({ installed: false, healthy: false, reason: 'no daemon', fix: 'start it' }),
};

async function withHome(drivers: readonly DriverDefinition[], use: (hv: Hvkit) => Promise<void>, env = {}) {
  using home = new Folder();
  await using hv = new Hvkit({ home: home.path, drivers, env });
  await use(hv);
}

test('the default is the best that works, unless a setting says another', () =>
  withHome([fileDriver, best, sick], async (hv) => {
    const defaults = async () =>
      (await hv.drivers()).map(({ name, health, default: isDefault }) => [name, health.healthy, isDefault]);
    expect(await defaults()).toEqual([
      ['sick', false, false],
      ['best', true, true],
      ['file', true, false],
    ]);
    await hv.settings.set('driver', 'plain');
    expect((await defaults()).at(-1)).toEqual(['file', true, true]);
  }));

test('options of a driver are found by its name, an alias, the environment, and without any', async () => {
  const flagsOf = async (hv: Hvkit, name?: string) => (await hv.driverOptions(name))[0]?.flag;
  await withHome([fileDriver, best, sick], async (hv) => {
    expect(await flagsOf(hv, 'file')).toBe('--file-guest');
    expect(await flagsOf(hv, 'good')).toBe('--best-guest');
    expect(await flagsOf(hv)).toBe('--best-guest');
    await expect(hv.driverOptions('none')).rejects.toMatchObject({ code: 'ERR_NO_DRIVER' });
  });
  await withHome(
    [fileDriver, best],
    async (hv) => {
      expect(await flagsOf(hv)).toBe('--file-guest');
    },
    {
      MACHINE_DRIVER: 'file',
    },
  );
  // For a help text nobody asks whether it works.
  await withHome([sick], async (hv) => {
    expect(await flagsOf(hv)).toBe('--sick-guest');
  });
});
