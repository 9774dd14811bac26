import { execFileSync } from 'node:child_process';

import { digits, spread } from '../harness/format.mjs';
import { median } from '../harness/statistics.mjs';
import { Ways } from './ways.mjs';

export const within = ['test/lab/run'];

const CONTENDERS = [
  { label: 'through the helper', name: 'by-helper', address: '192.168.64.2' },
  { label: 'a tap alone', name: 'by-tap', address: '192.168.64.3' },
];
const [HELPER, TAP] = CONTENDERS.map(({ label }) => label);
const DIRECTIONS = [
  { direction: 'to the guest', from: false },
  { direction: 'from the guest', from: true },
];
const SECONDS = 1;
/** Of what goes without it. */
const WANTED = 0.5;

export function versions() {
  const [iperf] = execFileSync('iperf3', ['--version'], { encoding: 'utf8' }).split('\n');
  return { iperf3: iperf.replace(/^iperf /, '') };
}

export async function run(bench) {
  const ways = await Ways.make(bench);
  const speeds = {};
  try {
    for (const { direction, from } of DIRECTIONS) {
      bench.note(direction);
      speeds[direction] = Object.fromEntries(CONTENDERS.map(({ label }) => [label, []]));
      await bench.inRounds(CONTENDERS, async ({ label, name, address }, round) => {
        const bits = await ways.measure(name, address, { seconds: SECONDS, from });
        speeds[direction][label].push(bits);
        bench.samples.push({ part: direction, contender: label, round, bits });
      });
    }
  } finally {
    await ways[Symbol.asyncDispose]();
  }
  const shares = Object.entries(speeds).map(([direction, each]) => ({ direction, share: shareOf(each), each }));
  return {
    title: 'What the way through the helper costs',
    processes: true,
    introduction:
      'The frames of a guest of hyperkit go over a Unix socket to `hvkit-vmnet`, and from there into vmnet. Measured here, on Linux ' +
      'with a tap in the place of vmnet: iperf3 over TCP for a second, between this host and a network namespace that stands for the ' +
      'guest, with a program in the place of hyperkit that passes frames of 1,500 bytes. It has a tap of its own, or the helper. What a ' +
      'Mac does, this does not tell.',
    aims: shares.map(({ direction, share }) => ({
      aim: `At least half of the speed without the helper, ${direction}`,
      measured: `${digits(median(share) * 100)} %`,
      met: median(share) >= WANTED,
    })),
    sections: [
      {
        heading: 'Throughput',
        text: 'In Gbit/s. The share is that of the speed with a tap alone.',
        tables: [
          {
            header: ['', HELPER, TAP, 'share'],
            rows: shares.map(({ direction, share, each }) => [
              direction,
              ...[HELPER, TAP].map((label) => digits(median(each[label]) / 1e9)),
              spread(share),
            ]),
          },
        ],
      },
    ],
  };
}

/** Round by round. */
function shareOf(each) {
  return each[HELPER].map((bits, round) => bits / each[TAP][round]);
}
