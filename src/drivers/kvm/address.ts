import type { Address } from '../driver';
import { recordedForwards, SSH_PORT } from './parts';
import type { Scene } from './scene';
import { USER_GUEST } from './user-network';

/** Where the guest's ssh server is. */
export function addressOf(scene: Scene): Promise<Address | undefined> {
  const { network } = scene.plan;
  switch (network.mode) {
    case 'user':
      return Promise.resolve(userAddress(scene));
    case 'nat':
    case 'network':
    case 'bridge':
      return Promise.resolve(undefined);
  }
}

function userAddress(scene: Scene): Address | undefined {
  const ssh = recordedForwards(scene).find(({ guest, protocol }) => guest === SSH_PORT && protocol === 'tcp');
  return ssh && { host: '127.0.0.1', sshPort: ssh.host, guest: USER_GUEST };
}
