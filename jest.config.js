const { join } = require('node:path');

/** @param {string} displayName also the folder under test/ */
function project(displayName) {
  return {
    displayName,
    testMatch: [join(__dirname, 'test', displayName, '**', '*.test.ts')],
    testEnvironment: 'node',
    // Copies of the package lie in build/: jest would take their package.json for this one.
    modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/'],
    transform: { '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' } }] },
    restoreMocks: true,
  };
}

/** @type {import('jest').Config} */
module.exports = {
  // After which a test is taken to hang. jest knows only one for all projects; long tests give their own.
  testTimeout: 120_000,
  projects: [
    project('unit'),
    project('native'),
    // Run by test/lab/run, which gives them a libvirt and a network of their own; real guests boot there.
    project('lab'),
    // npm packs, installs and runs what a user would get, on several releases of Node.
    project('package'),
    // Soaks and fuzzing: `npm run test:long`.
    project('long'),
  ],
};
