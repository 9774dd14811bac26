// A process that ends, in the way that argv[2] names, while calls and events of several connections are under way.
const { randomUUID } = require('node:crypto');

const { connect, domainXml, keepCalling, keepEventsComing, privateUri } = require('./hvkit');

const CONNECTIONS = 4;
const ENOUGH = 40;
const CODE = 7;

const XML = domainXml('other', { uuid: randomUUID(), metadata: notes(300) });

function notes(count) {
  return Array.from({ length: count }, (_, i) => `<n${i}:note xmlns:n${i}='urn:${i}'>a &amp; b</n${i}:note>`).join('');
}

async function load(how, uri) {
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => connect(uri)));
  let done = 0;
  let events = 0;
  for (const connection of connections) {
    const [domain] = await connection.listAllDomains();
    await connection.on('domain.lifecycle', () => {
      events += 1;
      if (how === 'exit in a listener' && events === ENOUGH) process.exit(CODE);
      if (how === 'throw in a listener' && events === ENOUGH) throw new Error('meant to end the process');
    });
    void keepEventsComing(domain);
    void keepCalling(() => connection.allDomainStats());
    // libvirt parses on other threads while the process ends.
    void keepCalling(async () => {
      (await connection.defineDomain(XML)).free();
      done += 1;
    });
  }
  if (how.endsWith('listener')) return;
  await new Promise((resolve) => {
    const look = () => {
      if (done > ENOUGH) resolve();
      else setImmediate(look);
    };
    look();
  });
  if (how === 'exit') process.exit(CODE);
  if (how === 'throw') throw new Error('meant to end the process');
  if (how === 'kill') process.kill(process.pid, 'SIGTERM');
}

/** Nothing is closed and nothing keeps the process alive: it ends by itself, and the connections with it. */
async function leave(uri) {
  const connections = await Promise.all(Array.from({ length: 20 }, () => connect(uri)));
  for (const connection of connections) {
    await connection.listAllDomains();
    (await connection.on('domain.lifecycle', () => undefined)).unref();
  }
  process.exitCode = CODE;
}

/** In the exit handler calls can still be made, though nobody will hear the answer. */
async function callAtExit(uri) {
  const connection = await connect(uri);
  process.on('exit', () => {
    for (let i = 0; i < 100; ++i) void connection.allDomainStats();
    void connection.close();
  });
  process.exit(CODE);
}

const how = process.argv[2];
const uri = privateUri();
if (how === 'leave') void leave(uri);
else if (how === 'call at exit') void callAtExit(uri);
else void load(how, uri);
