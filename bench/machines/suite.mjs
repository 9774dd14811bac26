import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { digits, duration, plural, spread } from '../harness/format.mjs';
import { median, ratios } from '../harness/statistics.mjs';
import { library } from '../libvirt/domains.mjs';
import { atOnceTable, measureAtOnce } from './at-once.mjs';
import { atOnceRounds, bootAims, bootRounds, bootTable, measureBoots, QEMU, VIRT_INSTALL } from './boots.mjs';
import { homeWith } from './home.mjs';
import { lookUpSection } from './look-ups.mjs';
import { comparePrograms, hvkit, NODE, nothing, peakOf } from './programs.mjs';

/** A libvirtd of its own, in namespaces of its own. */
export const within = ['test/lab/run'];

const SIZES = [1, 100, 1000];
const STATUS = '`hvkit status`';
const LS = '`hvkit ls`';
const MOST = 1.5;
const MIB = 2 ** 20;

/** Before the lab, in which there is no network to get packages from: the image that the machines have. */
export function prepare(root) {
  execFileSync(join(root, 'test', 'lab', 'guest', 'build-micro'), { stdio: 'inherit' });
}

export function versions(bench) {
  const [, qemu] = /version ([\d.]+)/.exec(execFileSync('qemu-system-x86_64', ['--version'], { encoding: 'utf8' }));
  return { libvirt: library(bench).libraryVersion(), QEMU: qemu };
}

export async function run(bench) {
  const startUp = bench.wants('start-up') ? await measureStartUp(bench) : undefined;
  const lists = bench.wants('ls') ? await measureLists(bench) : undefined;
  const user = bench.wants('create, user') ? await measureBoots(bench, 'user') : undefined;
  const nat = bench.wants('create, nat') || bench.wants('look-up') ? await measureBoots(bench, 'nat') : undefined;
  const atOnce = bench.wants('at once') ? await measureAtOnce(bench) : undefined;
  const boots = { ...(user && { user }), ...(nat && bench.wants('create, nat') && { nat }) };
  return {
    title: 'What machines and the command line cost',
    introduction:
      'Commands are whole processes, from their start to their end. Everything is at a libvirtd of its own, ' +
      '`qemu:///system`, in namespaces of its own.',
    processes: true,
    aims: [
      ...(startUp ? startUpAims(startUp) : []),
      ...(lists ? listAims(lists) : []),
      ...Object.entries(boots).flatMap(([network, each]) => bootAims(each, network)),
    ],
    sections: [
      ...(Object.keys(boots).length > 0 || atOnce ? [bootSection(bench, boots, atOnce)] : []),
      ...(nat?.lookUps ? [lookUpSection(nat.lookUps)] : []),
      ...(startUp ? [startUpSection(startUp)] : []),
      ...(lists ? [listSection(lists)] : []),
    ],
  };
}

function bootSection(bench, boots, atOnce) {
  return {
    heading: 'From nothing to the first answer of ssh',
    text:
      `Median of ${plural(bootRounds(bench), 'round')}, of many machines at once ${atOnceRounds(bench)}. Every guest has the same kernel ` +
      'and initrd, the same kind of seed, disk, accelerator and devices. ' +
      `For ${QEMU} all of it is there before the time runs, with \`nat\` a bridge, a tap and a reserved address as well: ` +
      'what is measured is the boot alone, and the same wait for ssh that hvkit has. `hvkit create` makes keys, seed, disk, ' +
      'address and domain besides. `hvkit create` finds the network, the pool and the base files of an earlier machine; the ' +
      `first of a home makes them too. ${VIRT_INSTALL} has a network as libvirt's package brings it, and looks for the address ` +
      'and then for ssh once a second.',
    tables: [
      ...Object.entries(boots).map(([network, each]) => bootTable(each, `\`${network}\`, ${each.accel}`)),
      ...(atOnce ? [atOnceTable(atOnce)] : []),
    ],
  };
}

async function measureStartUp(bench) {
  const { home, uri, machine } = await homeWith(bench, 1);
  const env = { HVKIT_HOME: home };
  const ours = [
    { ...hvkit(bench, 'version'), expected: 'hvkit version' },
    { ...hvkit(bench, '--help'), expected: 'Usage' },
    { ...hvkit(bench, 'status', machine), expected: 'Stopped' },
    { ...hvkit(bench, 'ls'), expected: machine },
  ];
  const virsh = {
    label: '`virsh domstate`',
    command: ['virsh', '--readonly', '--connect', uri, 'domstate', machine],
    expected: 'shut off',
  };
  const times = await comparePrograms(bench, 'start-up', [nothing, ...ours, virsh], env);
  const peaks = Object.fromEntries([nothing, ...ours].map((each) => [each.label, peakOf(bench, each, env)]));
  return { times, peaks };
}

function startUpSection({ times, peaks }) {
  const rows = Object.keys(times).map((label) => [
    label,
    duration(median(times[label])),
    spread(ratios(times[label], times[NODE])),
    peaks[label] === undefined ? '' : `${digits(peaks[label] / MIB)} MiB`,
  ]);
  return {
    heading: 'Start-up',
    text: 'One machine, which is defined and does not run. `virsh` is a C program, and does what `hvkit status` does.',
    tables: [{ header: ['', 'time', `times ${NODE}`, 'peak memory'], rows }],
  };
}

function startUpAims({ times }) {
  const measured = median(ratios(times[STATUS], times[NODE]));
  return [
    { aim: `${STATUS}: at most ${MOST} times ${NODE}`, measured: `${digits(measured)} times`, met: measured <= MOST },
  ];
}

/** `{size: times}` */
async function measureLists(bench) {
  const sizes = {};
  for (const size of SIZES) {
    const { home, machine } = await homeWith(bench, size);
    const ls = { ...hvkit(bench, 'ls'), expected: machine };
    sizes[size] = await comparePrograms(bench, `ls, ${plural(size, 'machine')}`, [nothing, ls], { HVKIT_HOME: home });
  }
  return sizes;
}

/** What a machine adds, beyond what a list of one takes. */
function perMachine(sizes, size) {
  return (median(sizes[size][LS]) - median(sizes[1][LS])) / (size - 1);
}

function listSection(sizes) {
  const rows = SIZES.map((size) => [
    plural(size, 'machine'),
    duration(median(sizes[size][LS])),
    spread(ratios(sizes[size][LS], sizes[size][NODE])),
    size === 1 ? '' : duration(Math.max(0, perMachine(sizes, size))),
  ]);
  return {
    heading: 'A list of all machines',
    text: 'The states of all machines come by one call of libvirt; each machine has a file that is read.',
    tables: [{ header: [LS, 'time', `times ${NODE}`, 'each further machine'], rows }],
  };
}

function listAims(sizes) {
  const [few, many] = [perMachine(sizes, 100), perMachine(sizes, 1000)];
  return [
    {
      aim: `${LS}: a machine costs no more among 1,000 than among 100`,
      measured: `${duration(Math.max(0, many))} and ${duration(Math.max(0, few))} each`,
      // Less than a tenth is noise.
      met: many <= few * 1.1,
    },
  ];
}
