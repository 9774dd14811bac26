import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { connect, ConnectCredentialType, type ConnectOptions, type Credential } from '../../src/native/libvirt';
import { runChild } from './child-process';

const folder = mkdtempSync(join(tmpdir(), 'hvkit-auth-'));
const file = join(folder, 'node.xml');
const uri = `test://${file}`;
writeFileSync(
  file,
  `<node>
     <auth><user password="s3cret">bigd</user><user>guest</user></auth>
     <domain type='test'><name>one</name><memory>8192</memory><os><type>hvm</type></os></domain>
   </node>`,
);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Auth = NonNullable<ConnectOptions['auth']>;

function answering(user: string, password: string): Auth {
  return (credentials) => credentials.map(({ type }) => (type === ConnectCredentialType.AUTHNAME ? user : password));
}

const REFUSED = { name: 'LibvirtError', code: 'VIR_ERR_AUTH_FAILED' };

test('the right answers open the connection, and the questions say what they are for', async () => {
  const asked: Credential[] = [];
  const connection = await connect(uri, {
    auth: (credentials) => {
      asked.push(...credentials);
      return answering('bigd', 's3cret')(credentials);
    },
  });
  await expect(connection.listAllDomains()).resolves.toHaveLength(1);
  await connection.close();
  expect(asked.map(({ type }) => type)).toEqual([ConnectCredentialType.AUTHNAME, ConnectCredentialType.PASSPHRASE]);
  expect(asked.map(({ prompt }) => prompt)).toEqual([expect.stringMatching(/user/i), expect.stringMatching(/bigd/)]);
});

test('answers may take their time', async () => {
  const connection = await connect(uri, {
    auth: async (credentials) => {
      const other = await connect('test:///default');
      await other.close();
      return answering('bigd', 's3cret')(credentials);
    },
  });
  await connection.close();
});

test('many who are asked at once get each their own question', async () => {
  const connections = await Promise.all(
    Array.from({ length: 20 }, () => connect(uri, { auth: answering('bigd', 's3cret') })),
  );
  await Promise.all(connections.map((connection) => connection.close()));
});

test('a wrong password, and a user nobody knows, are refused with a hint', async () => {
  await expect(connect(uri, { auth: answering('bigd', 'wrong') })).rejects.toMatchObject({
    ...REFUSED,
    hint: expect.stringContaining('auth') as string,
  });
  await expect(connect(uri, { auth: answering('nobody', 's3cret') })).rejects.toMatchObject(REFUSED);
});

test('no way to ask is refused', async () => {
  await expect(connect(uri)).rejects.toMatchObject({ name: 'LibvirtError' });
});

test('what auth throws is the cause of the error', async () => {
  const reason = new Error('no such key ring');
  const thrown = connect(uri, {
    auth: () => {
      throw reason;
    },
  });
  await expect(thrown).rejects.toMatchObject({ ...REFUSED, cause: reason });
  await expect(connect(uri, { auth: () => Promise.reject(reason) })).rejects.toMatchObject({ cause: reason });
});

test.each<[string, unknown]>([
  ['no answers', []],
  ['too many answers', ['bigd', 's3cret']],
  ['a number', [5]],
  ['a hole', new Array(1)],
  ['no array', 5],
  ['a string, which is a list of letters,', 'b'],
  ['nothing', undefined],
])('%s for one question are told apart from a wrong password', async (_what, answers) => {
  await expect(connect(uri, { auth: () => answers as string[] })).rejects.toMatchObject({
    ...REFUSED,
    cause: expect.any(Error) as Error,
  });
});

test('answers that throw when they are read are the cause of the error', async () => {
  const reason = new Error('read me not');
  const answers: string[] = Object.defineProperty(['bigd'], 0, {
    get: () => {
      throw reason;
    },
  });
  await expect(connect(uri, { auth: () => answers })).rejects.toMatchObject({ ...REFUSED, cause: reason });
});

test.each([
  ['a NUL byte', 's3cret\0more'],
  ['half of a surrogate pair', 's3cret\ud800'],
])('%s in a password is told apart from a wrong one, and the password from nobody', async (_what, password) => {
  const error: unknown = await connect(uri, { auth: answering('bigd', password) }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    ...REFUSED,
    hint: expect.stringContaining('the cause') as string,
    cause: { name: 'HvError', code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('answer 1') as string },
  });
  expect(inspect(error)).not.toContain('s3cret');
});

test.each(['exit', 'worker'])('an answer that never comes does not keep the %s waiting', async (how) => {
  const child = await runChild('unanswered.js', [uri, how]);
  expect(child).toMatchObject({ code: 4, stderr: '' });
});
