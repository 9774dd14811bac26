const { join } = require('node:path');

/**
 * @param {string} displayName also the folder under test/
 * @param {number} seconds after which a test is taken to hang
 */
function project(displayName, seconds) {
  return {
    displayName,
    testMatch: [join(__dirname, 'test', displayName, '**', '*.test.ts')],
    testEnvironment: 'node',
    testTimeout: seconds * 1000,
    // Copies of the package lie in build/: jest would take their package.json for this one.
    modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/'],
    transform: { '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' } }] },
    restoreMocks: true,
  };
}

/** @type {import('jest').Config} */
module.exports = {
  projects: [
    project('unit', 30),
    project('native', 30),
    // Run by test/lab/run, which gives them a libvirt and a network of their own; real guests boot there.
    project('lab', 120),
    // npm packs, installs and runs what a user would get, on several releases of Node.
    project('package', 300),
    // Soaks and fuzzing: `npm run test:long`.
    project('long', 1800),
  ],
};
