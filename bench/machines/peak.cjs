// Required before a program: the most memory that it had, in bytes, goes to the file $BENCH_PEAK when it ends.
const { writeFileSync } = require('node:fs');

process.on('exit', () => writeFileSync(process.env.BENCH_PEAK, String(process.resourceUsage().maxRSS * 1024)));
