// One way to listen, named by argv[2]. The process must end by itself when there is nothing left to hear; what it prints
// is what was heard.
const { connect, privateUri } = require('./hvkit');

async function connected() {
  const connection = await connect(privateUri());
  const [domain] = await connection.listAllDomains();
  return { connection, domain };
}

/** A stream with an event to come. */
async function eventful() {
  const { connection, domain } = await connected();
  const stream = connection.events('domain.lifecycle');
  await stream.ready;
  void domain.suspend();
  return stream;
}

function print(text) {
  process.stdout.write(`${text}\n`);
}

const WAYS = {
  async 'leave by break'() {
    for await (const { event } of await eventful()) {
      print(event);
      break;
    }
    print('left');
  },

  async 'leave by throw'() {
    try {
      for await (const { event } of await eventful()) throw new Error(`thrown at ${event}`);
    } catch (error) {
      print(error.message);
    }
  },

  async 'leave by return'() {
    const first = async () => {
      for await (const { event } of await eventful()) return event;
      return 'nothing';
    };
    print(await first());
  },

  async 'stop a listener'() {
    const { connection, domain } = await connected();
    const subscription = await connection.on('domain.lifecycle', ({ event }) => {
      print(event);
      void subscription.stop();
    });
    await domain.suspend();
  },

  /** Only a read that waits keeps the process alive. */
  async 'read once'() {
    const stream = await eventful();
    print((await stream.next()).value.event);
  },

  async 'unref a listener'() {
    const { connection } = await connected();
    const subscription = await connection.on('domain.lifecycle', () => undefined);
    subscription.unref().ref().unref();
    print('unreferenced');
  },

  async 'close while listening'() {
    const { connection } = await connected();
    const stream = connection.events('domain.lifecycle');
    await connection.on('domain.reboot', () => undefined);
    setImmediate(() => void connection.close());
    for await (const { event } of stream) print(event);
    print('the loop ended');
  },

  async 'abort while listening'() {
    const { connection } = await connected();
    const controller = new AbortController();
    const stream = connection.events('domain.lifecycle', { signal: controller.signal });
    await connection.on('domain.lifecycle', () => undefined, { signal: controller.signal });
    setImmediate(() => controller.abort());
    await stream.next().catch((error) => print(error.code));
  },

  async 'throw in a listener'() {
    const { connection, domain } = await connected();
    const uncaught = [];
    process.on('uncaughtException', (error) => uncaught.push(error.message));
    let heard = 0;
    let done;
    const all = new Promise((resolve) => {
      done = resolve;
    });
    const listen = (name) =>
      connection.on('domain.lifecycle', ({ event }) => {
        heard += 1;
        if (heard === 4) done();
        throw new Error(`${name} ${event}`);
      });
    await Promise.all([listen('one'), listen('two')]);
    await domain.suspend();
    await domain.resume();
    await all;
    await connection.close();
    print(uncaught.sort().join(', '));
  },

  /** A listener that is not unref'd is what such a program lives for. */
  async 'keep the process'() {
    const { connection } = await connected();
    await connection.on('domain.lifecycle', () => undefined);
    process.on('beforeExit', () => print('ended although somebody listens'));
    setTimeout(() => {
      print('still here');
      process.exit();
    }, 200).unref();
  },
};

void WAYS[process.argv[2]]();
