// Before a program: what it has loaded when it ends, by the names of packages, goes to the file $MODULES.
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const files = Object.keys(require.cache).map((file) => file.replaceAll('\\', '/'));
  const packages = files.flatMap((file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
  const own = files.flatMap((file) => /\/(?:dist|build\/Release)\/(.*)$/.exec(file)?.[1] ?? []);
  writeFileSync(process.env.MODULES, JSON.stringify({ packages: [...new Set(packages)].sort(), own }));
});
