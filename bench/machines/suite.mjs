import { digits, duration, plural, spread } from '../harness/format.mjs';
import { median, ratios } from '../harness/statistics.mjs';
import { library } from '../libvirt/domains.mjs';
import { homeWith } from './home.mjs';
import { comparePrograms, hvkit, NODE, nothing, peakOf } from './programs.mjs';

/** A libvirtd of its own, in namespaces of its own. */
export const within = ['test/lab/run'];

const SIZES = [1, 100, 1000];
const STATUS = '`hvkit status`';
const LS = '`hvkit ls`';
const MOST = 1.5;
const MIB = 2 ** 20;

export function versions(bench) {
  return { libvirt: library(bench).libraryVersion() };
}

export async function run(bench) {
  const startUp = bench.wants('start-up') ? await measureStartUp(bench) : undefined;
  const lists = bench.wants('ls') ? await measureLists(bench) : undefined;
  return {
    title: 'What the command line costs',
    introduction:
      'Whole processes, from their start to their end, beside a program of Node that does nothing. The machines are ' +
      'domains at a libvirtd of its own, `qemu:///system`, that are defined and do not run.',
    processes: true,
    aims: [...(startUp ? startUpAims(startUp) : []), ...(lists ? listAims(lists) : [])],
    sections: [...(startUp ? [startUpSection(startUp)] : []), ...(lists ? [listSection(lists)] : [])],
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
    text: 'One machine. `virsh` is a C program, and does what `hvkit status` does.',
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
