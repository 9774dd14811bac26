// Listens to a daemon whose end is told to listeners that throw, and prints who was told. argv: the URI.
const { connect } = require('./hvkit');

const said = [];
process.on('uncaughtException', (error) => said.push(error.message));

async function main() {
  const connection = await connect(process.argv[2]);
  const told = (who) => () => {
    throw new Error(who);
  };
  await connection.on('domain.reboot', () => undefined, { onError: told('first') });
  await connection.on('domain.watchdog', () => undefined, { onError: told('second') });
  await connection.onClose(told('close'));
  const stream = connection.events('domain.lifecycle');
  await stream.ready;
  await Promise.allSettled([connection.hostname(), stream.next()]);
  setImmediate(() => {
    process.stdout.write(`${said.sort().join(', ')}\n`);
  });
}

void main();
