import { atOnceRounds, bootQemu, bootTable, compareWork, CREATE, QEMU } from './boots.mjs';
import { guestLike } from './guests.mjs';
import { LabHome } from './lab-home.mjs';
import { userNet } from './qemu.mjs';

const COUNT = 8;
const SMALL = ['--image', 'micro', '--network', 'user', '--cpus', '1', '--memory', '256M'];
const NEIGHBOUR = 'neighbour';

/** Many machines with one command, until all of them answer. */
export async function measureAtOnce(bench) {
  const home = new LabHome(bench);
  home.hvkit('create', NEIGHBOUR, ...SMALL);
  home.hvkit('kill', NEIGHBOUR);
  const like = home.record(NEIGHBOUR);
  const numbers = Array.from({ length: COUNT }, (_, index) => index + 1);
  const names = numbers.map((number) => `dev${number}`);
  const contenders = [
    {
      label: QEMU,
      prepare: () =>
        numbers.map((number) =>
          guestLike(bench, home, like, { host: '127.0.0.1', port: 2300 + number, mac: `52:54:00:be:4d:0${number}` }),
        ),
      work: (guests) => Promise.all(guests.map((guest) => bootQemu(bench, guest, userNet))),
      clean: (qemus) => Promise.all(qemus.map((qemu) => qemu.stop())),
    },
    {
      label: CREATE,
      prepare: () => undefined,
      work: () => home.hvkit('create', ...names, ...SMALL),
      clean: () => home.hvkit('rm', '-y', '-f', ...names),
    },
  ];
  const times = await compareWork(bench, 'at once', contenders, atOnceRounds(bench));
  home.hvkit('rm', '-y', '-f', NEIGHBOUR);
  return { times };
}

export function atOnceTable(boots) {
  return bootTable(boots, `${COUNT} machines at once, one processor and 256 MiB each`);
}
