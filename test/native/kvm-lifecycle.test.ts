import { kill, restart } from '../../src/drivers/kvm/lifecycle';
import { resourceToItsEnd, toItsEnd } from '../../src/drivers/kvm/lost';
import type { Scene } from '../../src/drivers/kvm/scene';
import { watch } from '../../src/drivers/kvm/watch';
import { HvError } from '../../src/errors';
import { connect, Domain, DomainLifecycle, DomainLifecycleAction, type Connection } from '../../src/native/libvirt';
import type { Properties, Resource, Step } from '../../src/resources/resource';
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
  const writer = () => Promise.resolve(connection);
  const read: Scene['read'] = (request) => request(connection);
  return { machine, plan: { domain: name, target: { uri: 'qemu:///system' } }, writer, read } as unknown as Scene;
}

test('a machine that ends instead of beginning anew is an error at once', async () => {
  await running.setLifecycleAction(DomainLifecycle.REBOOT, DomainLifecycleAction.DESTROY);
  const { signal } = new AbortController();
  await expect(restart(sceneOf(running), { graceMs: 10_000, signal })).rejects.toMatchObject({
    code: 'ERR_NOT_RUNNING',
    message: expect.stringContaining('The machine "running" ended while it was to restart: ') as string,
  });
});

test('a connection that is lost in the middle of work is told with the way on', async () => {
  const scene = sceneOf(running);
  await connection.close();
  await expect(toItsEnd(scene, kill(scene))).rejects.toMatchObject({
    code: 'ERR_CONNECTION_LOST',
    message: 'libvirt (qemu:///system) went away, or has stopped answering, in the middle of it',
    hint: 'hvkit status running; then the same again',
  });
});

test('so is a daemon that is gone when a resource is made or taken away; a refusal stays what it is', async () => {
  const scene = sceneOf(running);
  const step = {} as Step;
  const gone = () => connect('qemu+unix:///system?socket=/nobody/listens/here').then(() => ({}));
  const refused = new HvError({ code: 'ERR_TEST', message: 'no' });
  const resource = (failing: () => Promise<Properties>): Resource => ({
    kind: 'disk',
    id: 'disk',
    parents: [],
    create: failing,
    read: failing,
    delete: () => failing().then(() => undefined),
  });
  const lost = { code: 'ERR_CONNECTION_LOST', cause: { domain: 'VIR_FROM_RPC' } };
  await expect(resourceToItsEnd(scene, resource(gone)).create(step)).rejects.toMatchObject(lost);
  await expect(resourceToItsEnd(scene, resource(gone)).delete(step)).rejects.toMatchObject(lost);
  await expect(
    resourceToItsEnd(
      scene,
      resource(() => Promise.reject(refused)),
    ).create(step),
  ).rejects.toBe(refused);
});

test('a watch that cannot begin leaves no registration', async () => {
  const registered = jest.spyOn(connection, 'events');
  const failure = new Error('no state');
  const state = jest.spyOn(Domain.prototype, 'state').mockRejectedValueOnce(failure);
  await expect(watch(sceneOf(running), new AbortController().signal)).rejects.toBe(failure);
  expect(state).toHaveBeenCalledTimes(1);
  const [stream] = registered.mock.results.map(({ value }) => value as ReturnType<Connection['events']>);
  expect(await stream?.next()).toEqual({ done: true, value: undefined });
});
