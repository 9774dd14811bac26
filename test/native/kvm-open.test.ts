import { Connections } from '../../src/drivers/kvm/connections';
import { openDaemon } from '../../src/drivers/kvm/open';
import { FakeDaemon } from './fake-daemon';

test('a daemon that takes the connection and says nothing is an error after a while, and for the next who asks at once', async () => {
  const daemon = await FakeDaemon.start({ mute: true });
  try {
    const silent = (seconds: number) => ({
      code: 'ERR_KVM_SILENT',
      message: `libvirt has taken the connection (${daemon.uri}) and said nothing for ${seconds} s: its daemon is stopped, or stuck`,
    });
    await expect(openDaemon(daemon.uri, { patience: 50 })).rejects.toMatchObject(silent(0.05));
    await expect(openDaemon(daemon.uri, { little: 20 })).rejects.toMatchObject(silent(0.02));
  } finally {
    await daemon.stop();
  }
});

test('who closes does not wait for a daemon that does not answer', async () => {
  const daemon = await FakeDaemon.start({ mute: true });
  const connections = new Connections();
  const opened = connections.reader({ kind: 'system', uri: daemon.uri, onDemand: false });
  await daemon.client();
  await connections.close();
  await daemon.stop();
  await expect(opened).rejects.toThrow('End of file');
});
