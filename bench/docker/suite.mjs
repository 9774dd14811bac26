import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { versions as machineVersions } from '../machines/suite.mjs';
import { hostAims, hostSection, measureHosts } from './hosts.mjs';
import { dockerClient, linkImage } from './image.mjs';
import { listAims, listSections, measureLists, PARTS } from './lists.mjs';

export { within } from '../machines/suite.mjs';

const CREATE = 'create';

/** Before the lab, in which there is no network to get packages from: the image. */
export function prepare(root) {
  execFileSync(join(root, 'test', 'lab', 'guest', 'build-micro'), ['docker'], { stdio: 'inherit' });
}

export function versions(bench) {
  const [, docker] = /version ([^,\s]+)/.exec(execFileSync(dockerClient(bench), ['--version'], { encoding: 'utf8' }));
  return { ...machineVersions(bench), Docker: docker };
}

export async function run(bench) {
  linkImage();
  const lists = Object.values(PARTS).some((part) => bench.wants(part)) ? await measureLists(bench) : {};
  const hosts = bench.wants(CREATE) ? await measureHosts(bench, CREATE) : undefined;
  return {
    title: 'What Docker hosts cost',
    introduction:
      'Commands are whole processes, from their start to their end. Everything is in namespaces of its own, and the machines at a ' +
      'libvirtd of its own.',
    processes: true,
    aims: [...(hosts ? hostAims(hosts) : []), ...listAims(lists)],
    sections: [...(hosts ? [hostSection(bench, hosts)] : []), ...listSections(bench, lists)],
  };
}
