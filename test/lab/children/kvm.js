// A program with the driver kvm in it, as another user if argv[2] has { user, group, groups }: each line of its standard
// input is a request, { id, verb, args }, answered by a line { id, result } or { id, error }. In a process of its own, because
// an embedded libvirt takes the whole process, and because a process has one user and one environment.
const { mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { createInterface } = require('node:readline');

const { kvm } = require('../../../dist/drivers/kvm');
const { machineSpec } = require('../../../dist/drivers/spec');
const { libraryVersion } = require('../../../dist/native/libvirt');
const { createAll, deleteAll, readAll, repairAll } = require('../../../dist/resources/engine');
const { Graph } = require('../../../dist/resources/graph');
const { run } = require('../../../dist/ssh/exec');
const { generateKeyPair } = require('../../../dist/ssh/keys');
const { waitForSsh } = require('../../../dist/ssh/wait');

const { identity, home } = JSON.parse(process.argv[2]);
libraryVersion(); // loads the addon, which that user may not be let in to
if (identity) {
  process.setgroups(identity.groups);
  process.setgid(identity.group);
  process.setuid(identity.user);
}

const warnings = [];
const context = { home, env: process.env, warn: (message) => warnings.push(message) };
const driver = kvm.create(context);
const machines = new Map();
const watches = new Map();

/** The machine's file, as far as the driver looks at it. */
class Record {
  constructor(fields) {
    this.fields = fields;
    this.resources = new Map();
    this.folder = join(home.path, 'machines', fields.name);
    mkdirSync(this.folder, { recursive: true });
    for (const name of ['id_ed25519', 'ssh_host_ed25519_key']) {
      const { privateKey, publicKey } = generateKeyPair(fields.name);
      writeFileSync(join(this.folder, name), privateKey, { mode: 0o600 });
      writeFileSync(join(this.folder, `${name}.pub`), `${publicKey}\n`);
    }
    this.save();
  }
  save() {
    const resources = Object.fromEntries(this.resources);
    writeFileSync(join(this.folder, 'machine.json'), JSON.stringify({ driver: 'kvm', ...this.fields, resources }));
  }
  get machine() {
    const record = (id, properties) => this.set(id, { ...this.resources.get(id), properties });
    return { ...this.fields, folder: this.folder, recorded: (id) => this.resources.get(id)?.properties, record };
  }
  get(id) {
    return this.resources.get(id);
  }
  entries() {
    return this.resources;
  }
  async set(id, entry) {
    this.resources.set(id, entry);
    this.save();
  }
  async remove(id) {
    this.resources.delete(id);
    this.save();
  }
  get graph() {
    return new Graph(driver.resources(this.machine));
  }
}

const of = (name) => machines.get(name).machine;
const never = () => new AbortController().signal;

const VERBS = {
  async plan({ name, uuid, spec, image }) {
    const whole = machineSpec.parse({ cpus: 1, memory: 128, disk: 2 ** 28, image: image.name, ...spec });
    const plan = await driver.plan({ name, uuid, spec: whole, image });
    machines.set(name, new Record({ name, uuid, spec: whole, image, plan }));
    return plan;
  },
  async create({ name }) {
    const record = machines.get(name);
    await createAll(record.graph, record);
    return Object.fromEntries([...record.resources].map(([id, { properties }]) => [id, properties]));
  },
  async remove({ name }) {
    const record = machines.get(name);
    await deleteAll(record.graph, record);
    rmSync(record.folder, { recursive: true, force: true });
    machines.delete(name);
  },
  isPlanned: ({ name }) => machines.has(name),
  async read({ name }) {
    const record = machines.get(name);
    return readAll(record.graph, record);
  },
  async repair({ name }) {
    const record = machines.get(name);
    return repairAll(record.graph, record);
  },
  async states({ names }) {
    const states = await driver.states(names.map(of));
    return names.map((name) => told(states.get(of(name).uuid)));
  },
  address: ({ name }) => driver.address(of(name)),
  evidence: ({ name }) => driver.evidence(of(name)),
  start: ({ name }) => driver.start(of(name), never()),
  stop: ({ name, graceMs }) => driver.stop(of(name), { graceMs, signal: never() }),
  restart: ({ name, graceMs }) => driver.restart(of(name), { graceMs, signal: never() }),
  kill: ({ name }) => driver.kill(of(name)),
  pause: ({ name }) => driver.pause(of(name)),
  resume: ({ name }) => driver.resume(of(name)),
  async watch({ name }) {
    const stop = new AbortController();
    const events = await driver.watch(of(name), stop.signal);
    watches.set(name, { stop, iterator: events[Symbol.asyncIterator]() });
  },
  /** Events until one has this state. */
  async until({ name, state }) {
    const { iterator } = watches.get(name);
    const seen = [];
    for (;;) {
      const { value, done } = await iterator.next();
      if (done) return seen;
      seen.push(value);
      if (value.state === state) return seen;
    }
  },
  async unwatch({ name }) {
    const { stop, iterator } = watches.get(name);
    stop.abort();
    return (await iterator.next()).done;
  },
  /** What the console has printed, or prints, until the text comes. */
  async logs({ name, until, follow = true }) {
    const stop = new AbortController();
    let text = '';
    const logs = await driver.logs(of(name), { follow, signal: stop.signal });
    for await (const chunk of logs) {
      text += chunk;
      if (until !== undefined && text.includes(until)) break;
    }
    stop.abort();
    return text;
  },
  /** Writes a line to the console; what came until the text. */
  async console({ name, line, until }) {
    const console = await driver.console(of(name));
    let text = '';
    // QEMU looks once a second whether somebody reads, and drops what was written before.
    const writing = setInterval(() => console.write(`${line}\n`), 1000);
    try {
      for await (const chunk of console) {
        text += chunk;
        if (text.includes(until)) break;
      }
    } finally {
      clearInterval(writing);
    }
    return text;
  },
  /** Logs in, once that is possible, and runs commands one after the other: what each printed. */
  async login({ name, lines, withinMs = 60_000 }) {
    const { fields, folder } = machines.get(name);
    const { host, sshPort } = await driver.address(of(name));
    const client = await waitForSsh(
      {
        host,
        port: sshPort,
        user: fields.plan.user,
        identityFile: join(folder, 'id_ed25519'),
        hostKey: readFileSync(join(folder, 'ssh_host_ed25519_key.pub'), 'utf8').trim(),
      },
      { deadline: Date.now() + withinMs },
    );
    try {
      const printed = [];
      for (const line of lines) {
        const { status, stdout, stderr } = await run(client, line);
        if (status !== 0) throw new Error(`${line}: ${stdout}${stderr} (${status})`);
        printed.push(String(stdout));
      }
      return printed;
    } finally {
      await client.end();
    }
  },
  async orphans() {
    return (await driver.orphans([...machines.values()].map(({ machine }) => machine))).map(({ name }) => name);
  },
  async deleteOrphans() {
    const orphans = await driver.orphans([...machines.values()].map(({ machine }) => machine));
    for (const orphan of orphans) await orphan.delete();
    return orphans.map(({ name }) => name);
  },
  /** The machine's folder is gone, by somebody else's hand. */
  async lose({ name }) {
    rmSync(machines.get(name).folder, { recursive: true, force: true });
    machines.delete(name);
  },
  leases: () => driver.leases(),
  release: ({ lease }) => driver.release(lease),
  health: () => kvm.health(context),
  warnings: () => warnings.splice(0),
  async close() {
    await driver.close();
  },
};

function told(reading) {
  return 'error' in reading ? { error: reading.error.code } : reading;
}

function write(answer) {
  process.stdout.write(
    `${JSON.stringify(answer, (_, value) => (typeof value === 'bigint' ? Number(value) : value))}\n`,
  );
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, verb, args = {} } = JSON.parse(line);
  Promise.resolve()
    .then(() => VERBS[verb](args))
    .then(
      (result = null) => write({ id, result }),
      (error) =>
        write({ id, error: { code: error.code, message: error.message, hint: error.hint, stack: error.stack } }),
    );
});
