import { hostname } from 'node:os';

import { daemonOf } from '../../../src/drivers/kvm/target';

test.each([
  ['qemu+tcp://127.0.0.1/system'],
  ['qemu+ssh://root@localhost:2222/system?keyfile=/k'],
  [`qemu+ssh://${hostname()}/system`],
  ['qemu+unix:///system?socket=/run/libvirt/libvirt-sock'],
])("%s is this host's own daemon", (uri) => {
  expect(daemonOf(uri)).toBe(daemonOf('qemu:///system'));
});

test('another user and another way are the same daemon; another host, session or folder is another', () => {
  expect(daemonOf('qemu+ssh://me@Far.example/system')).toBe(daemonOf('qemu+tls://far.example:16514/system'));
  const others = [
    'qemu:///system',
    'qemu+ssh://far.example/system',
    'qemu+ssh://far.example/session',
    'qemu:///session?socket=/run/user/1/libvirt/libvirt-sock',
    'qemu:///session?socket=/run/user/2/libvirt/libvirt-sock',
    'qemu:///embed?root=/a',
    'qemu:///embed?root=/b',
  ];
  expect(new Set(others.map(daemonOf)).size).toBe(others.length);
});
