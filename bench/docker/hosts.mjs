import { rmSync } from 'node:fs';

import { digits, duration, plural } from '../harness/format.mjs';
import { median, ratios } from '../harness/statistics.mjs';
import { bootQemu, bootTable, compareWork } from '../machines/boots.mjs';
import { LabHome } from '../machines/lab-home.mjs';
import { userNet } from '../machines/qemu.mjs';
import { dockerByHand, hostLike } from './by-hand.mjs';

const BY_HAND = '`qemu-system-x86_64`, and the rest over ssh';
const CREATE = '`hvkit create --image docker`';
/** Times the same by hand. */
const MOST = 1.2;
const WITHIN_NS = 60e9;
const NEIGHBOUR = 'neighbour';
const MADE = 'dev';
const LIKE_THAT = ['--image', 'docker', '--network', 'user'];

const roundsOf = (bench) => bench.fewer(7);

/** From nothing until Docker answers over TLS: `{times: {label: [nanoseconds, round by round]}, accel, spec}`. */
export async function measureHosts(bench, part) {
  const home = new LabHome(bench);
  // The CA, the pool and the image's files stay there for the next one; and it tells what the other has to be like.
  home.hvkit('create', NEIGHBOUR, ...LIKE_THAT);
  home.hvkit('kill', NEIGHBOUR);
  const like = home.record(NEIGHBOUR);
  const contenders = [
    {
      label: BY_HAND,
      prepare: () => hostLike(bench, home, like),
      work: async (guest) => ({ guest, qemu: await bootQemu(bench, guest, userNet, dockerByHand) }),
      clean: async ({ guest, qemu }) => {
        await qemu.stop();
        // Its disk is kept in memory here.
        rmSync(guest.folder, { recursive: true });
      },
    },
    {
      label: CREATE,
      prepare: () => undefined,
      work: () => home.hvkit('create', MADE, ...LIKE_THAT),
      clean: () => home.hvkit('rm', '-y', '-f', MADE),
    },
  ];
  const times = await compareWork(bench, part, contenders, roundsOf(bench));
  home.hvkit('rm', '-y', '-f', NEIGHBOUR);
  return { times, accel: like.plan.accel, spec: like.spec };
}

export function hostAims({ times }) {
  const [ratio, time] = [median(ratios(times[CREATE], times[BY_HAND])), median(times[CREATE])];
  return [
    {
      aim: `${CREATE}: at most ${MOST} times the same by hand`,
      measured: `${digits(ratio)} times`,
      met: ratio <= MOST,
    },
    {
      aim: `${CREATE}: a Docker that answers over TLS within ${duration(WITHIN_NS)}`,
      measured: duration(time),
      met: time <= WITHIN_NS,
    },
  ];
}

export function hostSection(bench, hosts) {
  const { cpus, memory } = hosts.spec;
  return {
    heading: 'From nothing to a Docker that answers over TLS',
    text:
      `Median of ${plural(roundsOf(bench), 'round')}. Both guests have the same kernel, initrd, kind of seed, accelerator and devices, and an empty disk ` +
      'on top of the same image. By hand all of it is there before the time runs, and so are the certificates and `daemon.json`: ' +
      'what is measured is the boot, one command over the connection of the first login that puts them into `/etc/docker` and ' +
      'restarts Docker, and the same waits for ssh and for Docker that hvkit has. `hvkit create` makes keys, seed, disk, domain and ' +
      'the certificate of its Docker besides, and looks at what it finds in the guest before it changes it. It finds the CA, the pool and ' +
      'the base files of an earlier machine.',
    tables: [bootTable(hosts, `\`user\`, ${hosts.accel}, ${cpus} processors and ${memory} MiB`, BY_HAND)],
  };
}
