// Two copies of the addon in one process, as when two versions of the package are installed.
const { copyFileSync, existsSync, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const { privateUri } = require('./hvkit');

const ROOT = join(__dirname, '..', '..', '..');
const ADDON = [join('prebuilds', `${process.platform}-${process.arch}`), join('build', 'Release')]
  .map((folder) => join(ROOT, folder, 'libvirt.node'))
  .find((file) => existsSync(file));
const ROUNDS = 100;

/** Events and calls through one copy. Resolves with the number of events. */
async function use(addon, connection) {
  const [domain] = await addon.virConnectListAllDomains(connection, 0);
  let events = 0;
  const all = new Promise((resolve) => {
    const source = new addon.EventSource(1000, () => {
      events += source.take(1000).events.length;
      if (events === 2 * ROUNDS) resolve(source);
    });
    const started = source.start(connection, 'domain', 0, null);
    // The last event may come after the last call has: nothing else would keep the process waiting for it.
    source.hold(true);
    void started.then(async () => {
      for (let i = 0; i < ROUNDS; ++i) {
        await addon.virDomainSuspend(domain);
        await addon.virDomainResume(domain);
      }
    });
  });
  const source = await all;
  await source.stop();
  return events;
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'hvkit-copies-'));
  const copies = ['one', 'two'].map((name) => {
    const file = join(folder, `${name}.node`);
    copyFileSync(ADDON, file);
    return require(file);
  });
  const connections = await Promise.all(copies.map((addon) => addon.open(privateUri(), 0, [], null)));
  const events = await Promise.all(copies.map((addon, i) => use(addon, connections[i])));
  process.stdout.write(`events: ${events.join(' ')}\n`);

  const foreign = await copies[0].virConnectGetHostname(connections[1]).catch((failure) => failure);
  process.stdout.write(`the other's handle: ${foreign.code}\n`);

  const left = await Promise.all(copies.map((addon, i) => addon.close(connections[i])));
  process.stdout.write(`references left: ${left.join(' ')}\n`);
  rmSync(folder, { recursive: true });
}

void main();
