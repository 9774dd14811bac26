import { health } from '../../../src/drivers/xhyve/health';
import type { XhyveHost } from '../../../src/drivers/xhyve/host';
import { judgeSupport } from '../../../src/native/hyperkit/mac-support';

/** An Intel Mac with hyperkit, whose user brings a network along. */
const MAC: XhyveHost = {
  platforms: ['darwin'],
  arch: 'x64',
  hyperkit: ['/bin/sh'],
  leases: '/none',
  settings: '/none',
  virtualization: () => Promise.resolve(judgeSupport(true)),
};
const context = { home: { path: '/none', id: '' }, env: {}, warn: () => undefined };
const needs = { vpnkitSocket: '/socket' };

test('a Mac that has all it needs is healthy', async () => {
  expect(await health(MAC, context, needs)).toEqual({ installed: true, healthy: true });
});

test.each<[string, Partial<XhyveHost>, { reason: string; fix: string }]>([
  ['Apple silicon', { arch: 'arm64' }, { reason: 'this one is arm64', fix: 'Lima' }],
  ['no hyperkit', { hyperkit: [] }, { reason: 'hyperkit is not installed', fix: 'github.com/moby/hyperkit' }],
  [
    'no virtualization',
    { virtualization: () => Promise.resolve(judgeSupport(false)) },
    { reason: 'kern.hv_support is 0', fix: 'nested' },
  ],
  [
    'no Hypervisor.framework',
    { virtualization: () => Promise.resolve(judgeSupport(null)) },
    { reason: 'there is no kern.hv_support', fix: 'nested' },
  ],
])('%s: it says so, and what there is instead', async (_, host, { reason, fix }) => {
  expect(await health({ ...MAC, ...host }, context, needs)).toMatchObject({
    healthy: false,
    reason: expect.stringContaining(reason) as string,
    fix: expect.stringContaining(fix) as string,
  });
});
