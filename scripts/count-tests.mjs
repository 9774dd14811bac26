// node count-tests.mjs FOLDER: sums up jest's reports in the folder, and prints "passed failed skipped".
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];

const total = { passed: 0, failed: 0, skipped: 0 };
for (const file of existsSync(folder) ? readdirSync(folder) : []) {
  const result = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  total.passed += result.numPassedTests;
  // A file that could not be run has no tests, failed ones neither.
  total.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  total.skipped += result.numPendingTests + result.numTodoTests;
}
console.log(`${total.passed} ${total.failed} ${total.skipped}`);
