import { duration, plural } from '../harness/format.mjs';
import { quantile } from '../harness/statistics.mjs';
import { withContenders } from '../harness/contender.mjs';
import { builds, C_LOOP, contenders, HVKIT, PY_LOOP, stamped } from './contenders.mjs';

const EVENTS_A_ROUND = 100;
const PLACES = [
  { place: 'in process', uri: 'test:///default' },
  { place: 'local socket', uri: 'test+unix:///default' },
];

/** `{place: {label: {fromCall: [ns], fromCallback: [ns]}}}` */
export async function measureEvents(bench) {
  const all = {};
  const labels = [C_LOOP, ...builds(bench).map(({ label }) => label), PY_LOOP];
  for (const { place, uri } of PLACES) {
    const part = `events, ${place}`;
    if (!bench.wants(part)) continue;
    bench.note(part);
    const possible = contenders(bench, { uri, domain: 'test' }).filter(({ label }) => labels.includes(label));
    const measured = Object.fromEntries(possible.map(({ label }) => [label, { fromCall: [], fromCallback: [] }]));
    await withContenders(
      possible.map((definition, index) => stamped(bench, definition, index)),
      async (running) => {
        for (const contender of running) await contender.ask('events', EVENTS_A_ROUND);
        await bench.inRounds(running, async (contender, round) => {
          const times = await contender.ask('events', EVENTS_A_ROUND);
          bench.samples.push({ part, verb: 'events', contender: contender.label, round, ...times });
          measured[contender.label].fromCall.push(...times.fromCall);
          measured[contender.label].fromCallback.push(...(times.fromCallback ?? []));
        });
      },
    );
    all[place] = measured;
  }
  return all;
}

export function eventSections(events) {
  if (Object.keys(events).length === 0) return [];
  const count = Object.values(Object.values(events)[0])[0].fromCall.length;
  return [
    {
      heading: 'Events',
      text: [
        `A test domain is suspended and resumed, and the lifecycle event of each is awaited before the next: ` +
          `${plural(count, 'event')} of each contender, in process (\`test:///default\`) and through a libvirtd ` +
          `(\`test+unix:///default\`).`,
        '*From callback to listener*: a small library is preloaded that notes the time at which libvirt calls the ' +
          "binding's callback, on the thread of the event loop; the listener compares the same clock (CLOCK_MONOTONIC) " +
          'with it in its first statement. In C the callback is the listener. *From call to listener*: the clock is ' +
          'read before the call that causes the event, so this holds libvirt, the daemon, and the binding on both ways.',
      ].join('\n\n'),
      tables: Object.entries(events).map(([place, measured]) => ({
        caption: place === 'in process' ? 'In the process' : 'Over the local socket',
        header: ['', 'callback to listener: p50', 'p99', 'longest', 'call to listener: p50', 'p99'],
        rows: Object.entries(measured).map(([label, { fromCall, fromCallback }]) => [
          label,
          ...[0.5, 0.99, 1].map((p) => (fromCallback.length > 0 ? duration(quantile(fromCallback, p)) : '')),
          ...[0.5, 0.99].map((p) => duration(quantile(fromCall, p))),
        ]),
      })),
    },
  ];
}

export function eventAims(events) {
  return Object.entries(events).map(([place, measured]) => {
    const p99 = quantile(measured[HVKIT].fromCallback, 0.99);
    return { aim: `Callback to listener, ${place}: p99 below 1 ms`, measured: duration(p99), met: p99 < 1e6 };
  });
}
