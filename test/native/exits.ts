/** The ways in which children/exit.js ends, and what its parent then sees. */
export const ENDS = [
  { how: 'exit', expected: { code: 7, signal: null } },
  { how: 'exit in a listener', expected: { code: 7, signal: null } },
  { how: 'throw', expected: { code: 1, signal: null } },
  { how: 'throw in a listener', expected: { code: 1, signal: null } },
  { how: 'kill', expected: { code: null, signal: 'SIGTERM' } },
  { how: 'leave', expected: { code: 7, signal: null } },
  { how: 'call at exit', expected: { code: 7, signal: null } },
];
