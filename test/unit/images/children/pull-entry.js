// Pulls an image of the catalogue, then finds it: `pull-entry.js HOME NAME`. Prints both answers, or the error.
const { Images } = require('../../../../dist/images/images.js');

const [home, name] = process.argv.slice(2);
const images = new Images({ home, transfer: { pauseMs: 1, attempts: 1 } });

async function main() {
  const stages = new Set();
  const info = await images.pull(name, { arch: 'x86_64', onProgress: (message) => stages.add(message) });
  const { user, init, disk } = await images.resolve(name, { arch: 'x86_64' });
  const listed = (await images.list()).filter((each) => each.cached !== undefined).map((each) => each.name);
  return { info, user, init, size: disk.virtualSize, stages: [...stages], listed };
}

main().then(
  (answer) => process.stdout.write(JSON.stringify(answer)),
  ({ code, message, hint }) => process.stdout.write(JSON.stringify({ code, message, hint })),
);
