import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect, type Connection } from '../../src/native/libvirt';
import { killDaemon, startDaemon } from './daemon';
import { SshDoor } from './ssh-door';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hvkit-remote-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** That it is the lab's daemon, and that events come through as they do over its own socket. */
async function use(connection: Connection): Promise<void> {
  await using conn = connection;
  expect(await conn.type()).toBe('QEMU');
  expect(await conn.isSecure()).toBe(true);
  expect(await conn.isAlive()).toBe(true);
  const stream = conn.events('domain.lifecycle');
  await stream.ready;
  const domain = await conn.defineDomain(
    '<domain type="qemu"><name>far-away</name><memory unit="MiB">64</memory><os><type>hvm</type></os></domain>',
  );
  const { value } = (await stream.next()) as { value: { domain: { name: string } } };
  expect(value.domain.name).toBe('far-away');
  await stream.stop();
  await domain.undefine();
}

describe('qemu+ssh', () => {
  let door: SshDoor;
  beforeEach(async () => {
    door = await SshDoor.open(folder);
  });
  afterEach(() => door.close());

  test('a daemon behind ssh answers, and tells its events', async () => {
    await use(await connect(door.uri('host')));
  });

  test('a host that shows another key than the known one is not talked to, and ssh says why', async () => {
    await expect(connect(door.uri('stranger'))).rejects.toMatchObject({
      name: 'LibvirtError',
      message: expect.stringContaining('Host key verification failed') as string,
      hint: expect.stringContaining('known_hosts') as string,
    });
  });

  test('the end of the ssh server is the loss of the connection', async () => {
    const connection = await connect(door.uri('host'));
    const lost = new Promise((resolve) => void connection.onClose(resolve));
    await connection.hostname();
    execFileSync('pkill', ['-KILL', '-P', String(door.pid)]);
    await lost;
    await expect(connection.hostname()).rejects.toMatchObject({ name: 'LibvirtError' });
    await connection.close();
  });
});

describe('qemu+tls', () => {
  const CONFIG = '/etc/libvirt/libvirtd.conf';
  let before: string;

  /** A certificate authority, and what it signs. */
  function authority(name: string): { ca: string; issue: (subject: string, extensions?: string) => string } {
    const home = join(folder, name);
    mkdirSync(home);
    const openssl = (...args: string[]): void => {
      execFileSync('openssl', args, { cwd: home, stdio: 'pipe' });
    };
    const request = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-batch'];
    openssl(...request, '-x509', '-days', '2', '-subj', `/CN=${name}`, '-keyout', 'ca.key', '-out', 'cacert.pem');
    return {
      ca: join(home, 'cacert.pem'),
      issue: (subject, extensions = '') => {
        const to = join(home, subject);
        mkdirSync(to);
        writeFileSync(join(to, 'extensions'), `basicConstraints=CA:FALSE\n${extensions}\n`);
        openssl(...request, '-subj', `/CN=${subject}`, '-keyout', `${subject}/key.pem`, '-out', `${subject}/request`);
        const signing = ['-CA', 'cacert.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'];
        const files = ['-extfile', `${subject}/extensions`, '-out', `${subject}/cert.pem`];
        openssl('x509', '-req', '-in', `${subject}/request`, ...signing, ...files);
        return to;
      },
    };
  }

  /** The folder of a client, as libvirt's `pkipath` wants it. */
  function client(name: string, of: ReturnType<typeof authority>, trusts = of): string {
    const issued = of.issue(name);
    const pki = join(folder, `pki-${name}`);
    mkdirSync(pki);
    writeFileSync(join(pki, 'cacert.pem'), readFileSync(trusts.ca));
    writeFileSync(join(pki, 'clientcert.pem'), readFileSync(join(issued, 'cert.pem')));
    writeFileSync(join(pki, 'clientkey.pem'), readFileSync(join(issued, 'key.pem')));
    return pki;
  }

  const uri = (pki: string, host = '127.0.0.1'): string => `qemu+tls://${host}/system?pkipath=${pki}`;

  let ours: ReturnType<typeof authority>;
  beforeEach(() => {
    ours = authority('ours');
    const server = ours.issue('server', 'subjectAltName=IP:127.0.0.1');
    before = readFileSync(CONFIG, 'utf8');
    const tls = [
      'listen_tls = 1',
      `ca_file = "${ours.ca}"`,
      `cert_file = "${server}/cert.pem"`,
      `key_file = "${server}/key.pem"`,
      'crl_file = ""',
    ];
    writeFileSync(CONFIG, `${before.replace('listen_tls = 0\n', '')}\n${tls.join('\n')}\n`);
    killDaemon();
    startDaemon();
  });
  afterEach(() => {
    writeFileSync(CONFIG, before);
    killDaemon();
    startDaemon();
  });

  test('a daemon that speaks TLS answers those whom its authority knows, and the line is encrypted', async () => {
    const pki = client('friend', ours);
    const connection = await connect(uri(pki));
    expect(await connection.isEncrypted()).toBe(true);
    await use(connection);
    // The certificate is for the address.
    await expect(connect(uri(pki, 'localhost'))).rejects.toMatchObject({
      code: 'VIR_ERR_AUTH_FAILED',
      message: expect.stringContaining('certificate') as string,
      hint: expect.stringContaining('pkipath') as string,
    });
  });

  test('a client of another authority is refused, and so is a server of another', async () => {
    const others = authority('others');
    await expect(connect(uri(client('foreigner', others, ours)))).rejects.toMatchObject({ name: 'LibvirtError' });
    await expect(connect(uri(client('doubter', ours, others)))).rejects.toMatchObject({
      name: 'LibvirtError',
      message: expect.stringMatching(/certificate/i) as string,
    });
  });
});
