import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { buildSeed } from '../../images/seed';
import type { Scene } from './scene';

/** The seed's bytes, with the keys that lie in the machine's folder. */
export async function seedOf({ machine, plan }: Scene): Promise<Buffer> {
  const read = (name: string): Promise<string> => readFile(join(machine.folder, name), 'utf8');
  return buildSeed({
    hostname: machine.name,
    uuid: machine.uuid,
    user: plan.user,
    authorizedKeys: [await read('id_ed25519.pub')],
    hostKey: { private: await read('ssh_host_ed25519_key'), public: await read('ssh_host_ed25519_key.pub') },
    shares: machine.spec.shares,
    ...(plan.shares === undefined ? {} : { shareType: plan.shares }),
    isDockerHost: machine.spec.docker !== undefined,
    userData: machine.spec.userData,
    mac: plan.mac,
  });
}
