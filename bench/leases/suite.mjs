import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { duration, spread } from '../harness/format.mjs';
import { median, quantile, ratios } from '../harness/statistics.mjs';
import { writeTable } from './table.mjs';

const HERE = join(import.meta.dirname, 'contenders');
const SIZES = [10, 250, 10_000];
const HVKIT = 'hvkit';
const NAMES = { hvkit: HVKIT, plain: 'plain JavaScript', grep: 'grep, spawned', poll: 'a look every 2 s' };
/** What is promised of a watcher: 50 ms. */
const NOTICE_NS = 50e6;

export function versions() {
  const [grep] = execFileSync('grep', ['--version'], { encoding: 'utf8' }).split('\n');
  return { grep };
}

export async function run(bench) {
  const lookUps = {};
  for (const size of SIZES) {
    const part = `look-up, ${size} entries`;
    if (!bench.wants(part)) continue;
    const file = writeTable(bench.folder, size);
    const { lookup } = await bench.compare(
      part,
      ['hvkit', 'plain', 'grep'].map((who) => contender(bench, 'look-up.mjs', who, file)),
      ['lookup'],
    );
    lookUps[size] = lookup;
  }
  const noticed = bench.wants('notice')
    ? (
        await bench.compare(
          'notice',
          ['hvkit', 'poll'].map((who) => contender(bench, 'notice.mjs', who, bench.folder)),
          ['notice'],
        )
      ).notice
    : undefined;
  return {
    title: "What a look into macOS's table of leases costs",
    introduction:
      'macOS keeps the leases of its DHCP server in a text file, `/var/db/dhcpd_leases`. Measured here are files of that ' +
      'form, on Linux: what the parser and the waiting cost, not what a Mac does.',
    aims: aims(lookUps, noticed),
    sections: [...lookUpSections(lookUps), ...noticeSections(noticed)],
  };
}

function contender({ root }, script, who, place) {
  return { label: NAMES[who], command: [process.execPath, join(HERE, script), who, root, place] };
}

function aims(lookUps, noticed) {
  const list = [];
  const [largest] = Object.keys(lookUps)
    .map(Number)
    .sort((a, b) => b - a);
  if (largest) {
    const ratio = median(ratios(lookUps[largest][HVKIT], lookUps[largest][NAMES.plain]));
    list.push({
      aim: 'A look-up in the largest table: ahead of plain JavaScript',
      measured: `${ratio.toFixed(2)} times`,
      met: ratio < 1,
    });
  }
  if (noticed) {
    const slowest = quantile(noticed[HVKIT], 0.9);
    list.push({
      aim: 'The address is known within 50 ms after its lease was written',
      measured: `9 of 10 within ${duration(slowest)}`,
      met: slowest <= NOTICE_NS,
    });
  }
  return list;
}

function lookUpSections(lookUps) {
  const sizes = Object.keys(lookUps);
  if (sizes.length === 0) return [];
  const rows = Object.keys(lookUps[sizes[0]]).map((label) => [
    label,
    ...sizes.map((size) => cell(lookUps[size], label)),
  ]);
  return [
    {
      heading: 'The newest lease of a MAC',
      text: 'Each look reads the file. Each cell: the time of one, and how many times that of hvkit it is.',
      tables: [{ header: ['entries', ...sizes.map((size) => Number(size).toLocaleString('en-US'))], rows }],
    },
  ];
}

function noticeSections(noticed) {
  if (!noticed) return [];
  const rows = Object.keys(noticed).map((label) => [label, cell(noticed, label)]);
  return [
    {
      heading: 'From the write of a lease until its address is known',
      text: 'The lease is written at a random moment, into a table of 250 entries.',
      tables: [{ header: ['', 'time'], rows }],
    },
  ];
}

function cell(times, label) {
  return `${duration(median(times[label]))}, ${spread(ratios(times[label], times[HVKIT]))}`;
}
