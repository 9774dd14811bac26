import { digits, duration, spread } from '../harness/format.mjs';
import { median, ratios } from '../harness/statistics.mjs';
import { firstLogin, guestLike } from './guests.mjs';
import { LabHome } from './lab-home.mjs';
import { measureLookUps } from './look-ups.mjs';
import { defaultNetwork, reservedNetwork } from './networks.mjs';
import { startQemu, tapNet, userNet } from './qemu.mjs';
import { removeVirtInstalled, virtInstall } from './virt-install.mjs';

export const QEMU = '`qemu-system-x86_64`';
export const CREATE = '`hvkit create`';
export const FIRST = '`hvkit create`, the first of its home';
export const VIRT_INSTALL = '`virt-install --import`, polling';
/** Times the bare QEMU. */
const MOST = { user: 1.1, nat: 1.15 };
const NEIGHBOUR = 'neighbour';
const MADE = 'dev';

const LOOPBACK = { host: '127.0.0.1', port: 2222, mac: '52:54:00:be:4c:01' };
const RESERVED = { host: '10.211.55.20', port: 22, mac: '52:54:00:be:4c:02' };

/** A boot takes seconds, and varies less than what takes milliseconds; many at once take longer still. */
export const bootRounds = (bench) => bench.fewer(4);
export const atOnceRounds = (bench) => bench.fewer(7);

/** `{times: {label: [nanoseconds, round by round]}, accel, lookUps}` of one kind of network. */
export async function measureBoots(bench, network) {
  const part = `create, ${network}`;
  const [home, fresh] = [new LabHome(bench), new LabHome(bench)];
  // Its network, its pool and the image's files stay there for the next one; and it tells what the others have to be like.
  home.hvkit('create', NEIGHBOUR, '--image', 'micro', '--network', network);
  const like = home.record(NEIGHBOUR);
  const lookUps =
    network === 'nat' && bench.wants('look-up') ? await measureLookUps(bench, home, NEIGHBOUR) : undefined;
  home.hvkit('kill', NEIGHBOUR);
  const contenders = [
    bare(bench, home, like, network),
    created(CREATE, home, network),
    created(FIRST, fresh, network),
    ...(network === 'nat' ? [virtInstalled(bench, home, like)] : []),
  ];
  const times = await compareWork(bench, bench.wants(part) ? part : undefined, contenders, bootRounds(bench));
  home.hvkit('rm', '-y', '-f', NEIGHBOUR);
  return { times, accel: like.plan.accel, lookUps };
}

/** Where the time runs of `{label, prepare(), work(prepared), clean()}` is the work alone. */
export async function compareWork(bench, part, contenders, rounds) {
  const times = Object.fromEntries(contenders.map(({ label }) => [label, []]));
  if (part === undefined) return times;
  bench.note(part);
  await bench.inRounds(
    contenders,
    async ({ label, prepare, work, clean }, round) => {
      const prepared = await prepare();
      const start = process.hrtime.bigint();
      const made = await work(prepared);
      const ns = Number(process.hrtime.bigint() - start);
      await clean(made);
      times[label].push(ns);
      bench.samples.push({ part, verb: 'boot', contender: label, round, count: 1, ns });
    },
    rounds,
  );
  return times;
}

function bare(bench, home, like, network) {
  const place = network === 'nat' ? RESERVED : LOOPBACK;
  const net = network === 'nat' ? tapNet(reservedNetwork(bench, { mac: place.mac, address: place.host }).tap) : userNet;
  return {
    label: QEMU,
    prepare: () => guestLike(bench, home, like, place),
    work: (guest) => bootQemu(bench, guest, net),
    clean: (qemu) => qemu.stop(),
  };
}

/** Until it is there what is waited for: unless told, until somebody can log in. */
export async function bootQemu(bench, guest, net, until = firstLogin) {
  const qemu = startQemu(guest, net);
  await Promise.race([until(bench, guest), qemu.failed]);
  return qemu;
}

function created(label, home, network) {
  return {
    label,
    prepare: () => undefined,
    work: () => home.hvkit('create', MADE, '--image', 'micro', '--network', network),
    clean: () => home.hvkit('rm', '-y', '-f', MADE),
  };
}

function virtInstalled(bench, home, like) {
  const { name } = defaultNetwork(bench);
  return {
    label: VIRT_INSTALL,
    // With another MAC each time, as new machines have.
    prepare: () => guestLike(bench, home, like, { mac: newMac() }),
    work: (guest) => {
      virtInstall(guest, name);
    },
    clean: removeVirtInstalled,
  };
}

function newMac() {
  const octets = crypto.getRandomValues(new Uint8Array(3));
  return ['52', '54', '00', ...[...octets].map((octet) => octet.toString(16).padStart(2, '0'))].join(':');
}

export function bootAims({ times }, network) {
  const measured = median(ratios(times[CREATE], times[QEMU]));
  return [
    {
      aim: `${CREATE} with \`${network}\`: at most ${MOST[network]} times ${QEMU}`,
      measured: `${digits(measured)} times`,
      met: measured <= MOST[network],
    },
  ];
}

export function bootTable({ times }, caption, base = QEMU) {
  const rows = Object.keys(times).map((label) => [
    label,
    duration(median(times[label])),
    spread(ratios(times[label], times[base])),
  ]);
  return { caption, header: ['', 'time', `times ${base}`], rows };
}
