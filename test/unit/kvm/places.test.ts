import { Claims } from '../../../src/drivers/kvm/claims';
import { placesOf } from '../../../src/drivers/kvm/places';
import type { Target } from '../../../src/drivers/kvm/target';
import { Folder } from '../../support/folder';

function remote(uri: string): Target {
  return { kind: 'remote', uri, onDemand: false };
}

test('each daemon that a machine is on is looked at, behind whichever tunnel, and none twice by the same URI', () => {
  using folder = new Folder();
  const known = [
    remote('qemu+tcp://localhost:2222/system'),
    remote('qemu+tcp://gw:2201/system'),
    remote('qemu+tcp://gw:2202/system'),
    remote('qemu+ssh://far/system?socket=/run/second/libvirt-sock'),
    remote('qemu+ssh://far/system'),
  ];
  const context = { home: { path: folder.path, id: 'abcd1234' }, env: { HOME: folder.path }, warn: () => undefined };
  const places = placesOf([...known, remote('qemu+ssh://far/system')], new Claims([], []), context);
  expect(places.filter((place) => place.known).map(({ target }) => target.uri)).toEqual(known.map(({ uri }) => uri));
  // The tunnel may lead to this host's own, where everything would be told twice.
  expect(places.some(({ target }) => target.uri === 'qemu:///system')).toBe(false);
});
