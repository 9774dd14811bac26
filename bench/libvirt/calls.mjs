import { duration, plural, spread } from '../harness/format.mjs';
import { median, ratios } from '../harness/statistics.mjs';
import { C, contenders, HVKIT, PY, VIRSH } from './contenders.mjs';
import { atDaemon, inProcess } from './domains.mjs';

export const SIZES = [1, 100, 1000];
const VERBS = ['state', 'lookup', 'list', 'states'];
const CAPTIONS = {
  state: 'State of one domain',
  lookup: 'Look-up of a domain by its name',
  list: 'List of all domains, and their names',
  states: 'States of all domains, in one call',
  open: 'Open and close a connection',
};

const DAEMON = 'local socket';
const PROCESS = 'in process';

/** `{place: {size: {verb: {label: [ns]}}}}` */
export async function measureCalls(bench) {
  const all = {};
  for (const [place, connectionOf] of [
    [PROCESS, inProcess],
    [DAEMON, atDaemon],
  ]) {
    for (const size of SIZES) {
      const part = `${place}, ${plural(size, 'domain')}`;
      if (!bench.wants(part)) continue;
      const connection = await connectionOf(bench, size);
      // A test:/// file is read, with all its domains, by each process that opens it: spawning virsh would measure that.
      const possible = contenders(bench, connection).filter(({ label }) => place === DAEMON || label !== VIRSH);
      const verbs = size === 1 && place === DAEMON ? [...VERBS, 'open'] : VERBS;
      all[place] = { ...all[place], [size]: await bench.compare(part, possible, verbs) };
    }
  }
  if (bench.wants(`${PROCESS}, open`)) {
    const connection = { uri: 'test:///default', domain: 'test' };
    const { open } = await bench.compare(`${PROCESS}, open`, contenders(bench, connection), ['open']);
    all[PROCESS] = { ...all[PROCESS], 1: { ...all[PROCESS]?.[1], open } };
  }
  return all;
}

export function callSections(calls) {
  return [
    {
      place: DAEMON,
      heading: 'Calls over the local socket',
      text:
        'A libvirtd of its own, `qemu:///system`, with domains that are defined and not running. Each cell: the time of ' +
        'one call, and how many times that of the C program it is.',
    },
    {
      place: PROCESS,
      heading: 'Calls in the process',
      text:
        "libvirt's test driver, which lives in the calling process: a call costs next to nothing, so this is the bare " +
        'cost of a binding. The calls of hvkit, and of koffi in its asynchronous form, go to another thread and come ' +
        'back, so that JavaScript never waits; the others block the thread that calls.',
    },
  ]
    .filter(({ place }) => calls[place])
    .map(({ place, heading, text }) => ({ heading, text, tables: tablesOf(calls[place]) }));
}

function tablesOf(sizes) {
  return [...VERBS, 'open'].flatMap((verb) => {
    const columns = Object.keys(sizes).filter((size) => sizes[size][verb]);
    if (columns.length === 0) return [];
    const labels = Object.keys(sizes[columns[0]][verb]);
    const rows = labels.map((label) => [label, ...columns.map((size) => cell(sizes[size][verb], label))]);
    const header = ['', ...columns.map((size) => (verb === 'open' ? '' : plural(Number(size), 'domain')))];
    return [{ caption: CAPTIONS[verb], header, rows }];
  });
}

function cell(times, label) {
  const time = duration(median(times[label]));
  return times[C] ? `${time}, ${spread(ratios(times[label], times[C]))}` : time;
}

export function callAims(calls) {
  const sizes = calls[DAEMON];
  if (!sizes) return [];
  return [
    ratioAim(sizes, ['state', 'lookup'], C, 1.3, 'A look-up on a local socket: at most 1.3 times C'),
    ratioAim(sizes, ['state', 'lookup'], PY, 1, 'A look-up on a local socket: ahead of libvirt-python'),
    ratioAim(sizes, ['list'], PY, 1, 'A list on a local socket: ahead of libvirt-python'),
  ];
}

/** Every size must do it, not their mean. */
function ratioAim(sizes, verbs, base, most, aim) {
  const measured = verbs.map((verb) => {
    const values = Object.values(sizes).map((times) => median(ratios(times[verb][HVKIT], times[verb][base])));
    return { verb, values };
  });
  const worst = Math.max(...measured.flatMap(({ values }) => values));
  const text = measured.map(({ verb, values }) => `${verb} ${values.map((value) => value.toFixed(2)).join(', ')}`);
  return { aim, measured: `${text.join('; ')} times`, met: worst <= most };
}
