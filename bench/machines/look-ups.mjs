import { duration, spread } from '../harness/format.mjs';
import { median, ratios } from '../harness/statistics.mjs';
import { library } from '../libvirt/domains.mjs';
import { virsh } from './networks.mjs';

const VIRSH = '`virsh net-dhcp-leases --mac`';
const LIBRARY = '`network.dhcpLeases(mac)`';
/** Of what takes microseconds. */
const REPEATED = 100;

/** Which address has this MAC: of a machine that runs. `{label: [nanoseconds, round by round]}` */
export async function measureLookUps(bench, home, name) {
  const { mac, network, target } = home.record(name).plan;
  const conn = await library(bench).connect(target.uri, { readOnly: true });
  const found = await conn.lookupNetworkByName(network.name);
  const expected = home.record(name).address.host;
  const once = async () => {
    const [lease] = await found.dhcpLeases(mac);
    check(lease?.address, expected);
  };
  const works = [
    {
      label: VIRSH,
      count: 1,
      work: () => {
        check(/[\d.]+(?=\/\d)/.exec(virsh('net-dhcp-leases', network.name, '--mac', mac))?.[0], expected);
      },
    },
    { label: LIBRARY, count: REPEATED, work: once },
    {
      label: '`hvkit ip`',
      count: 1,
      work: () => {
        check(home.hvkit('ip', name).trim(), expected);
      },
    },
  ];
  bench.note('look-up');
  const times = Object.fromEntries(works.map(({ label }) => [label, []]));
  for (const { work } of works) await work();
  await bench.inRounds(works, async ({ label, count, work }, round) => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < count; ++i) await work();
    const ns = Number(process.hrtime.bigint() - start);
    times[label].push(ns / count);
    bench.samples.push({ part: 'look-up', verb: 'address', contender: label, round, count, ns });
  });
  await conn.close();
  return times;
}

function check(address, expected) {
  if (address !== expected) throw new Error(`the address is ${expected}, and what was found is ${address}`);
}

export function lookUpSection(times) {
  const rows = Object.keys(times).map((label) => [
    label,
    duration(median(times[label])),
    spread(ratios(times[label], times[VIRSH])),
  ]);
  return {
    heading: 'Which address a MAC has',
    text: `Of a machine that runs on a network of libvirt's. ${VIRSH} and \`hvkit ip\` are whole processes; ${LIBRARY} is a call of a program that runs, at a connection that is open.`,
    tables: [{ header: ['', 'time', `times ${VIRSH}`], rows }],
  };
}
