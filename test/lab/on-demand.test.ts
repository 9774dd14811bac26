import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Cli } from './cli';
import { killDaemon, startDaemon } from './daemon';

/** Of the lab, whose processes are the only ones to be seen. */
function daemons(): string[] {
  return (
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      // Of one that is dead and not yet buried it is empty.
      .map((pid) => readFileSync(join('/proc', pid, 'cmdline'), 'utf8'))
      .filter((line) => /^\S*libvirtd/.test(line))
  );
}

test('as root, whoever only asks whether machines can be made starts no libvirt', () => {
  const cli = new Cli();
  killDaemon();
  try {
    expect(cli.done('drivers')).toMatch(/kvm .* healthy [^]*\nkvm: libvirt does not run: the first machine starts it/);
    expect(JSON.parse(cli.done('drivers', '-o', 'json'))).toMatchObject([{ name: 'kvm', health: { healthy: true } }]);
    expect(cli.done('doctor')).toBe('All is as it should be.');
    expect(cli.done('ls', '-q')).toBe('');
    expect(daemons()).toEqual([]);
  } finally {
    startDaemon();
  }
  expect(cli.done('drivers')).not.toContain('starts it');
});
