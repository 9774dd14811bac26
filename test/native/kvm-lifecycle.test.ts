import { restart } from '../../src/drivers/kvm/lifecycle';
import type { Scene } from '../../src/drivers/kvm/scene';
import { DomainLifecycle, DomainLifecycleAction, type Connection, type Domain } from '../../src/native/libvirt';
import { connectToDomains } from './domain-node';

let connection: Connection;
let running: Domain;

beforeEach(async () => {
  ({ connection, running } = await connectToDomains());
});

afterEach(async () => {
  await connection.close();
});

/** As much of a machine as these need. */
function sceneOf({ uuid, name }: Domain): Scene {
  const machine = { uuid, name };
  return { machine, plan: { domain: name }, writer: () => Promise.resolve(connection) } as unknown as Scene;
}

test('a machine that ends instead of beginning anew is an error at once', async () => {
  await running.setLifecycleAction(DomainLifecycle.REBOOT, DomainLifecycleAction.DESTROY);
  const { signal } = new AbortController();
  await expect(restart(sceneOf(running), { graceMs: 10_000, signal })).rejects.toMatchObject({
    code: 'ERR_NOT_RUNNING',
    message: expect.stringContaining('The machine "running" ended while it was to restart: ') as string,
  });
});
