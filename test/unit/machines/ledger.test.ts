import { readFileSync, symlinkSync } from 'node:fs';

import { HomeFolder } from '../../../src/machines/home';
import { Ledger } from '../../../src/machines/ledger';
import type { MachineRecord } from '../../../src/machines/machine-file';
import { Store } from '../../../src/machines/store';
import { Folder } from '../../support/folder';
import { recordOf } from '../../support/record';

async function withLedger(use: (ledger: Ledger, store: Store) => Promise<void>): Promise<void> {
  using folder = new Folder();
  const store = new Store(new HomeFolder(folder.path));
  const record = recordOf('dev');
  await store.write(record);
  await use(new Ledger(store, record), store);
}

function onDisk(store: Store): MachineRecord {
  return JSON.parse(readFileSync(store.file('dev'), 'utf8')) as MachineRecord;
}

const entry = (size: number) => ({ kind: 'disk', state: 'ready', properties: { size } }) as const;

test('what was set stands in the file when the promise resolves, also when many are set at once', () =>
  withLedger(async (ledger, store) => {
    const ids = Array.from({ length: 20 }, (_, index) => `disk-${index}`);
    await Promise.all(
      ids.map(async (id, index) => {
        await ledger.set(id, entry(index));
        expect(onDisk(store).resources[id]).toEqual(entry(index));
      }),
    );
    expect(Object.keys(onDisk(store).resources)).toHaveLength(20);
    await Promise.all(ids.map((id) => ledger.remove(id)));
    expect(onDisk(store).resources).toEqual({});
  }));

test('the driver sees what is recorded at the moment, and may settle it anew', () =>
  withLedger(async (ledger, store) => {
    const { machine } = ledger;
    expect(machine.recorded('forward')).toBeUndefined();
    expect(machine.recorded('toString')).toBeUndefined();
    await ledger.set('forward', entry(1));
    expect(machine.recorded('forward')).toEqual({ size: 1 });
    await machine.record('forward', { size: 2 });
    expect(machine.recorded('forward')).toEqual({ size: 2 });
    expect(onDisk(store).resources['forward']).toEqual(entry(2));
    await expect(machine.record('other', {})).rejects.toMatchObject({ code: 'ERR_RESOURCE_GRAPH' });
  }));

test('a full disk stops what is to be made, and not what is to be taken away', () =>
  withLedger(async (ledger, store) => {
    await ledger.set('disk', entry(1));
    const full = () => {
      symlinkSync('/dev/full', `${store.file('dev')}.new`);
    };
    full();
    await expect(ledger.set('seed', entry(1))).rejects.toMatchObject({ code: 'ERR_NO_SPACE' });
    expect(Object.keys(onDisk(store).resources)).toEqual(['disk']);
    full();
    await ledger.enter('removing');
    full();
    await ledger.set('disk', { ...entry(1), state: 'deleting' });
    full();
    await ledger.remove('disk');
    // The old file says more than there is, never less.
    expect(onDisk(store)).toMatchObject({ phase: 'ready', resources: { disk: { state: 'ready' } } });
    expect([...ledger.entries().keys()]).toEqual(['seed']);
    await ledger.remove('seed');
    expect(onDisk(store)).toMatchObject({ phase: 'removing', resources: {} });
  }));
