import { spawn } from 'node:child_process';
import { on, once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { findLease, findLeaseByName, leaseUse, readLeases, removeLeases } from '../../src/native/vmnet';
import { Folder } from '../support/folder';

const MAC = '8e:01:99:9c:54:b1';
/** A whole table, as bootpd writes it: octets without leading zeros, a tab before each field. */
const TABLE = [
  entry({ name: 'dev', address: '192.168.64.3', hardware: '1,8e:1:99:9c:54:b1', lease: '0x5f3b2a10' }),
  entry({ name: 'ubuntu', address: '192.168.64.4', hardware: 'ff,f1:f5:dd:7f:0:2:0:0:ab:11', lease: '0x5f3b2a11' }),
  entry({ name: 'dev', address: '192.168.64.9', hardware: '1,8e:1:99:9c:54:b1', lease: '0x5f3b2b10' }),
  entry({ name: 'test', address: '192.168.64.5', hardware: '1,0:0:0:0:0:a', lease: '0x5f3b2a10' }),
];

interface Entry {
  name: string;
  address: string;
  hardware: string;
  lease: string;
}

function entry({ name, address, hardware, lease }: Entry): string {
  return `{\n\tname=${name}\n\tip_address=${address}\n\thw_address=${hardware}\n\tidentifier=${hardware}\n\tlease=${lease}\n}\n`;
}

class Table extends Folder {
  readonly file = join(this.path, 'dhcpd_leases');
  readonly options = { path: this.file };

  constructor(text: string | Buffer) {
    super();
    writeFileSync(this.file, text, { mode: 0o644 });
  }

  get text(): string {
    return readFileSync(this.file, 'latin1');
  }
}

async function addressesIn(text: string): Promise<string[]> {
  using table = new Table(text);
  return (await readLeases(table.options)).leases.map(({ address }) => address);
}

describe('reading', () => {
  test('tells what each entry says', async () => {
    using table = new Table(TABLE.join(''));
    const { leases, broken, more } = await readLeases(table.options);
    expect({ broken, more }).toEqual({ broken: 0, more: 0 });
    expect(leases.slice(0, 2)).toEqual([
      {
        name: 'dev',
        address: '192.168.64.3',
        mac: MAC,
        hardware: '1,8e:1:99:9c:54:b1',
        identifier: '1,8e:1:99:9c:54:b1',
        expires: new Date(0x5f3b2a10 * 1000),
      },
      {
        name: 'ubuntu',
        address: '192.168.64.4',
        hardware: 'ff,f1:f5:dd:7f:0:2:0:0:ab:11',
        identifier: 'ff,f1:f5:dd:7f:0:2:0:0:ab:11',
        expires: new Date(0x5f3b2a11 * 1000),
      },
    ]);
  });

  test('a table that is not there, or empty, has no leases', async () => {
    using table = new Table('');
    const none = { leases: [], broken: 0, more: 0 };
    await expect(readLeases(table.options)).resolves.toEqual(none);
    await expect(readLeases({ path: join(table.path, 'nothing') })).resolves.toEqual(none);
    await expect(findLease(MAC, { path: join(table.path, 'nothing') })).resolves.toBeUndefined();
  });

  test('other line ends, spaces, text between entries and fields that nobody knows are taken', async () => {
    const [one = '', two = ''] = TABLE;
    const text = `\r\n# text\n\n${one.replaceAll('\n', '\r\n')}  stray=1\n${two.replaceAll('\t', '   ').replace('}', ' } ')}`;
    await expect(addressesIn(text)).resolves.toEqual(['192.168.64.3', '192.168.64.4']);
    await expect(addressesIn(one.replace('\tname', '\tnew\n\tother=x=y\n\tname'))).resolves.toEqual(['192.168.64.3']);
  });

  test('the last line needs no end', async () => {
    await expect(addressesIn(TABLE[0]!.trimEnd())).resolves.toEqual(['192.168.64.3']);
  });

  test.each([
    ['without an address', TABLE[0]!.replace(/.*ip_address.*\n/, '')],
    ['with an address that is none', TABLE[0]!.replace('192.168.64.3', '192.168.64.300')],
    ['with an address of leading zeros', TABLE[0]!.replace('192.168.64.3', '192.168.064.3')],
    ['without a client', TABLE[0]!.replace(/.*hw_address.*\n/, '')],
    ['with a client that is none', TABLE[0]!.replaceAll('8e:1:', '8e:100:')],
    ['that never ends', TABLE[0]!.replace('}\n', '')],
    ['with a line longer than any', TABLE[0]!.replace('name=dev', `name=${'x'.repeat(100_000)}`)],
  ])('an entry %s is left out, and those around it are read', async (_, damaged) => {
    using table = new Table(`${TABLE[1]!}${damaged}${TABLE[3]!}`);
    const { leases, broken } = await readLeases(table.options);
    expect(leases.map(({ address }) => address)).toEqual(['192.168.64.4', '192.168.64.5']);
    expect(broken).toBe(1);
  });

  test('an entry that is being written counts only when it is whole', async () => {
    const whole = TABLE[0]!;
    for (let length = 0; length < whole.length - 2; length += 1) {
      await expect(addressesIn(whole.slice(0, length))).resolves.toEqual([]);
    }
  });

  test('what is read in pieces is the same, wherever a piece ends', async () => {
    const piece = 64 * 1024;
    const one = TABLE[3]!;
    for (let before = piece - one.length; before <= piece; before += 7) {
      await expect(addressesIn(`${'#'.repeat(before - 1)}\n${one}`)).resolves.toEqual(['192.168.64.5']);
    }
  });

  test('a table of ten megabytes', async () => {
    const count = 80_000;
    const many = Array.from({ length: count }, (_, i) => {
      const octets = [i >> 16, (i >> 8) & 0xff, i & 0xff].map((octet) => octet.toString(16)).join(':');
      return entry({
        name: 'x'.repeat(20),
        address: '192.168.64.7',
        hardware: `1,2:0:0:${octets}`,
        lease: '0x5f3b2a10',
      });
    });
    using table = new Table(many.join(''));
    expect(statSync(table.file).size).toBeGreaterThan(9e6);
    expect((await readLeases(table.options)).leases).toHaveLength(count);
    await expect(findLease('02:00:00:01:38:7f', table.options)).resolves.toMatchObject({ address: '192.168.64.7' });
  });

  test('what is no table is refused with the reason', async () => {
    using table = new Table('');
    mkdirSync(join(table.path, 'folder'));
    symlinkSync(table.file, join(table.path, 'link'));
    for (const name of ['folder', 'link']) {
      const path = join(table.path, name);
      await expect(readLeases({ path })).rejects.toMatchObject({
        name: 'HvError',
        code: 'ERR_LEASE_FILE',
        message: expect.stringContaining(path) as string,
      });
    }
  });
});

describe('looking up', () => {
  test('by MAC, however it is written, and the newest wins', async () => {
    using table = new Table(TABLE.join(''));
    for (const mac of [MAC, '8E:1:99:9C:54:B1', '8e-01-99-9c-54-b1']) {
      await expect(findLease(mac, table.options)).resolves.toMatchObject({ address: '192.168.64.9', mac: MAC });
    }
    await expect(findLease('8e:01:99:9c:54:b2', table.options)).resolves.toBeUndefined();
    await expect(findLease('8e:01:99', table.options)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  test('of two that end together, the one that stands first', async () => {
    const twice = [8, 9].map((last) =>
      entry({ name: 'dev', address: `192.168.64.${last}`, hardware: '1,0:0:0:0:0:a', lease: '0x5f3b2a10' }),
    );
    using table = new Table(twice.join(''));
    await expect(findLease('0:0:0:0:0:a', table.options)).resolves.toMatchObject({ address: '192.168.64.8' });
  });

  test('a client that names itself by a DUID is not taken for a MAC', async () => {
    using table = new Table(
      entry({ name: 'x', address: '192.168.64.4', hardware: 'ff,8e:1:99:9c:54:b1', lease: '0x1' }),
    );
    await expect(findLease(MAC, table.options)).resolves.toBeUndefined();
  });

  test('by name', async () => {
    using table = new Table(TABLE.join(''));
    await expect(findLeaseByName('dev', table.options)).resolves.toMatchObject({ address: '192.168.64.9' });
    await expect(findLeaseByName('de', table.options)).resolves.toBeUndefined();
  });
});

test('a range whose every address is leased is told, and what ended is told apart', async () => {
  using table = new Table(TABLE.join(''));
  const { leases } = await readLeases(table.options);
  const range = { first: 0xc0a84003, last: 0xc0a84005 };
  const during = new Date(0x5f3b2a00 * 1000);
  expect(leaseUse(leases, [range], during)).toEqual({ size: 3, leased: 3, live: 3, exhausted: true });
  expect(leaseUse(leases, [{ ...range, last: 0xc0a84006 }], during)).toMatchObject({ size: 4, exhausted: false });
  const after = new Date(0x5f3b2a11 * 1000 - 1);
  expect(leaseUse(leases, [range], after)).toEqual({ size: 3, leased: 3, live: 1, exhausted: false });
  // The host's own address between two ranges is nobody's to give.
  const around = [
    { ...range, last: 0xc0a84003 },
    { ...range, first: 0xc0a84005 },
  ];
  expect(leaseUse(leases, around, during)).toEqual({ size: 2, leased: 2, live: 2, exhausted: true });
});

describe('removal', () => {
  test('takes all entries of a MAC, and leaves every other byte', async () => {
    // Bytes that are no UTF-8, and things that only we understand, stay as they are.
    const strange = Buffer.concat([
      Buffer.from(`# \xff\r\n${TABLE[1]!.replace('ubuntu', '\xc3\x28')}{\nbroken\n`, 'latin1'),
      Buffer.from(TABLE[0]!.replaceAll('\n', '\r\n')),
      Buffer.from(`${TABLE[3]!}between\n${TABLE[2]!}last`),
    ]);
    using table = new Table(strange);
    await expect(removeLeases([{ mac: MAC }], table.options)).resolves.toBe(2);
    expect(table.text).toBe(`# \xff\r\n${TABLE[1]!.replace('ubuntu', '\xc3\x28')}{\nbroken\n${TABLE[3]!}between\nlast`);
  });

  test('of a client and address takes that entry alone', async () => {
    using table = new Table(TABLE.join(''));
    await expect(removeLeases([{ mac: MAC, address: '192.168.64.3' }], table.options)).resolves.toBe(1);
    await expect(removeLeases([{ hardware: 'ff,f1:f5:dd:7f:00:02:00:00:ab:11' }], table.options)).resolves.toBe(1);
    expect(table.text).toBe(`${TABLE[2]!}${TABLE[3]!}`);
  });

  test('has the server that runs read the table again, and no other program', async () => {
    using table = new Table(TABLE.join(''));
    const server = join(table.path, 'bootpd');
    copyFileSync(realpathSync('/usr/bin/python3'), server);
    chmodSync(server, 0o700);
    const program =
      'import signal, sys\n' +
      "signal.signal(signal.SIGHUP, lambda *_: (print('read again', flush=True), sys.exit()))\n" +
      "print('runs', flush=True)\n" +
      'signal.pause()';
    const children = [server, '/usr/bin/python3'].map((file) =>
      spawn(file, ['-c', program], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    try {
      const said = children.map(({ stdout }) => on(createInterface(stdout), 'line'));
      for (const words of said) expect((await words.next()).value).toEqual(['runs']);
      // Of what is not there nothing is taken out, and nobody is told.
      await removeLeases([{ mac: '02:00:00:00:00:01' }], { ...table.options, server });
      await removeLeases([{ mac: MAC }], { ...table.options, server });
      expect((await said[0]!.next()).value).toEqual(['read again']);
      expect(children[1]!.exitCode ?? children[1]!.signalCode).toBeNull();
    } finally {
      for (const child of children) child.kill('SIGKILL');
    }
  });

  test('of nothing that is there leaves the very file', async () => {
    using table = new Table(TABLE.join(''));
    const before = statSync(table.file);
    await expect(removeLeases([{ mac: '02:00:00:00:00:01' }], table.options)).resolves.toBe(0);
    await expect(removeLeases([], table.options)).resolves.toBe(0);
    expect(statSync(table.file).ino).toBe(before.ino);
    await expect(removeLeases([{ mac: MAC }], { path: join(table.path, 'nothing') })).resolves.toBe(0);
  });

  test('keeps mode and owner, and leaves nothing beside the table', async () => {
    using table = new Table(TABLE.join(''));
    chmodSync(table.file, 0o640);
    const before = statSync(table.file);
    // What one who was killed left.
    writeFileSync(join(table.path, '.dhcpd_leases.hvkit'), 'half');
    await removeLeases([{ mac: MAC }], table.options);
    const after = statSync(table.file);
    expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid]);
    expect(readdirSync(table.path)).toEqual(['dhcpd_leases']);
  });

  test('many at once, and each is done', async () => {
    const macs = Array.from({ length: 20 }, (_, i) => `2:0:0:0:0:${i.toString(16)}`);
    const entries = macs.map((mac, i) =>
      entry({ name: 'n', address: `192.168.64.${i + 10}`, hardware: `1,${mac}`, lease: '0x5f3b2a10' }),
    );
    using table = new Table(`${entries.join('')}${TABLE[3]!}`);
    const removed = await Promise.all(macs.map((mac) => removeLeases([{ mac }], { ...table.options, waitMs: 60_000 })));
    expect(removed).toEqual(macs.map(() => 1));
    expect(table.text).toBe(TABLE[3]!);
  });

  test('waits for another process that locks the table, as long as it is told', async () => {
    using table = new Table(TABLE.join(''));
    const holder = spawn('flock', [table.file, 'sh', '-c', 'echo locked; read end'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const exited = once(holder, 'exit');
    await once(holder.stdout, 'data');
    await expect(removeLeases([{ mac: MAC }], { ...table.options, waitMs: 0 })).rejects.toMatchObject({
      code: 'ERR_LOCKED',
      message: expect.stringContaining(table.file) as string,
    });
    const reason = new Error('enough');
    const stop = new AbortController();
    const aborted = removeLeases([{ mac: MAC }], { ...table.options, signal: stop.signal, waitMs: 60_000 });
    stop.abort(reason);
    await expect(aborted).rejects.toMatchObject({ code: 'ABORT_ERR', cause: reason });
    expect(table.text).toBe(TABLE.join(''));

    const removed = removeLeases([{ mac: MAC }], { ...table.options, waitMs: 60_000 });
    holder.stdin.end('\n');
    await expect(removed).resolves.toBe(2);
    await exited;
  });

  test('a link, and a file with two names, are left alone', async () => {
    using table = new Table(TABLE.join(''));
    const link = join(table.path, 'link');
    symlinkSync(table.file, link);
    await expect(removeLeases([{ mac: MAC }], { path: link })).rejects.toMatchObject({ code: 'ERR_LEASE_FILE' });
    linkSync(table.file, join(table.path, 'twin'));
    await expect(removeLeases([{ mac: MAC }], table.options)).rejects.toMatchObject({ code: 'ERR_LEASE_FILE' });
    expect(table.text).toBe(TABLE.join(''));
  });

  test('what is no client or no address is refused', async () => {
    using table = new Table(TABLE.join(''));
    const code = 'ERR_INVALID_ARGUMENT';
    await expect(removeLeases([{ mac: 'x' }], table.options)).rejects.toMatchObject({ code });
    await expect(removeLeases([{ hardware: '1,' }], table.options)).rejects.toMatchObject({ code });
    await expect(removeLeases([{ mac: MAC, address: '1.2.3' }], table.options)).rejects.toMatchObject({ code });
  });
});
