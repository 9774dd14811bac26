// Connects to argv[2], as another user if argv[3] has { user, group, groups } in JSON; prints the driver and the URI, or
// the error's code and message. The package is loaded before, because that user may not be let into the checkout.
const { connect, libraryVersion } = require('../../../dist/native/libvirt');

async function main(uri, identity) {
  libraryVersion(); // loads the addon
  if (identity) {
    const { user, group, groups } = JSON.parse(identity);
    process.setgroups(groups);
    process.setgid(group);
    process.setuid(user);
  }
  try {
    const connection = await connect(uri);
    process.stdout.write(`${await connection.type()} ${await connection.uri()}\n`);
    await connection.close();
  } catch (error) {
    process.stdout.write(`${error.code} ${error.message}\n`);
  }
}

void main(process.argv[2], process.argv[3]);
