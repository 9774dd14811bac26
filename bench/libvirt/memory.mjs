import { plural, spread } from '../harness/format.mjs';
import { withContenders } from '../harness/contender.mjs';
import { C_LOOP, contenders, PY_LOOP, VIRSH } from './contenders.mjs';
import { inProcess } from './domains.mjs';

const DOMAINS = 1000;
// So many that what a process had free before does not matter.
const LISTS = 100;

/** `{label: {resident: [bytes of 1,000 handles], heap: [...]}}`, each by a process of its own. */
export async function measureMemory(bench) {
  const part = 'memory';
  if (!bench.wants(part)) return {};
  bench.note(part);
  const connection = inProcess(bench, DOMAINS);
  const possible = contenders(bench, connection).filter(({ label }) => ![C_LOOP, PY_LOOP, VIRSH].includes(label));
  const all = Object.fromEntries(possible.map(({ label }) => [label, { resident: [], heap: [] }]));
  await bench.inRounds(possible, async (definition, round) => {
    const measured = await withContenders([definition], ([contender]) => contender.ask('handles', LISTS));
    bench.samples.push({ part, verb: 'handles', contender: definition.label, round, ...measured });
    const thousands = measured.handles / 1000;
    all[definition.label].resident.push(measured.resident / thousands);
    if (measured.heap !== undefined) all[definition.label].heap.push(measured.heap / thousands);
  });
  return all;
}

export function memorySections(memory) {
  if (Object.keys(memory).length === 0) return [];
  return [
    {
      heading: 'Memory of 1,000 handles',
      text:
        `${plural(DOMAINS, 'domain')} are listed ${LISTS} times and all objects kept; what the process has grown by is ` +
        'divided by the thousands. Each round starts a new process. The resident set holds the JavaScript heap, and what ' +
        'libvirt itself keeps of each object.',
      tables: [
        {
          header: ['', 'resident set, KiB', 'JavaScript heap, KiB'],
          rows: Object.entries(memory).map(([label, { resident, heap }]) => [
            label,
            spread(resident.map(kibibytes)),
            heap.length > 0 ? spread(heap.map(kibibytes)) : '',
          ]),
        },
      ],
    },
  ];
}

function kibibytes(bytes) {
  return bytes / 1024;
}
