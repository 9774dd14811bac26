// The C functions called through koffi, with no binding between. Usage: koffi.mjs URI DOMAIN sync|async: `sync` blocks
// JavaScript for as long as a call takes, `async` calls on a thread of libuv's pool. See ../README.md for the verbs.
import koffi from 'koffi';
import { promisify } from 'node:util';

import { memory, serve } from '../../harness/serve.mjs';

const [uri, name, mode] = process.argv.slice(2);
const VIR_DOMAIN_STATS_STATE = 1;

const library = koffi.load('libvirt.so.0');
koffi.opaque('virConnect');
koffi.opaque('virDomain');
koffi.union('virValue', { i: 'int', d: 'double' });
koffi.struct('virTypedParameter', { field: koffi.array('char', 80, 'String'), type: 'int', value: 'virValue' });
const Record = koffi.struct('virDomainStatsRecord', {
  dom: 'virDomain *',
  params: 'virTypedParameter *',
  nparams: 'int',
});

/** The function as the mode has it: `await` takes both a value and a promise. */
function bind(prototype) {
  const bound = library.func(prototype);
  return mode === 'async' ? promisify(bound.async) : bound;
}

const virConnectOpen = bind('virConnect *virConnectOpen(const char *uri)');
const virConnectClose = bind('int virConnectClose(virConnect *conn)');
const virDomainLookupByName = bind('virDomain *virDomainLookupByName(virConnect *conn, const char *name)');
const virDomainGetState = bind(
  'int virDomainGetState(virDomain *domain, _Out_ int *state, void *reason, unsigned int flags)',
);
const virConnectListAllDomains = bind(
  'int virConnectListAllDomains(virConnect *conn, _Out_ virDomain ***domains, unsigned int flags)',
);
const virConnectGetAllDomainStats = bind(
  'int virConnectGetAllDomainStats(virConnect *conn, unsigned int stats, _Out_ void **records, unsigned int flags)',
);
// What only reads or frees an object needs no thread.
const virDomainGetName = library.func('const char *virDomainGetName(virDomain *domain)');
const virDomainFree = library.func('int virDomainFree(virDomain *domain)');
const virDomainStatsRecordListFree = library.func('void virDomainStatsRecordListFree(void *records)');
const free = koffi.load('libc.so.6').func('void free(void *memory)');

const conn = await virConnectOpen(uri);
const domain = await virDomainLookupByName(conn, name);
if (!domain) throw new Error(`koffi: no domain ${name} at ${uri}`);

async function listDomains() {
  const array = [null];
  const count = await virConnectListAllDomains(conn, array, 0);
  const domains = koffi.decode(array[0], koffi.array('virDomain *', count));
  free(array[0]);
  return domains;
}

const verbs = {
  async state() {
    const state = [0];
    await virDomainGetState(domain, state, null, 0);
    return state[0];
  },
  async lookup() {
    virDomainFree(await virDomainLookupByName(conn, name));
    return 1;
  },
  async list() {
    let letters = 0;
    for (const each of await listDomains()) {
      letters += virDomainGetName(each).length;
      virDomainFree(each);
    }
    return letters;
  },
  async states() {
    const list = [null];
    let sum = 0;
    const count = await virConnectGetAllDomainStats(conn, VIR_DOMAIN_STATS_STATE, list, 0);
    for (const pointer of koffi.decode(list[0], koffi.array('void *', count))) {
      const { params, nparams } = koffi.decode(pointer, Record);
      for (const { field, value } of koffi.decode(params, koffi.array('virTypedParameter', nparams))) {
        if (field === 'state.state') sum += value.i;
      }
    }
    virDomainStatsRecordListFree(list[0]);
    return sum;
  },
  async open() {
    await virConnectClose(await virConnectOpen(uri));
    return 1;
  },
};

async function handles(lists) {
  await verbs.list();
  const before = await memory();
  const held = [];
  for (let i = 0; i < lists; ++i) held.push(await listDomains());
  const after = await memory();
  return {
    handles: held.flat().length,
    resident: after.rss - before.rss,
    heap: after.heapUsed - before.heapUsed,
  };
}

await serve(verbs, { handles });
