import { once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';

import { SshClient } from '../../../src/ssh/client';
import { exec, run } from '../../../src/ssh/exec';
import { Sshd } from './sshd';

let sshd: Sshd;
let client: SshClient;

beforeAll(async () => {
  sshd = await Sshd.start();
  client = await SshClient.connect(sshd.target);
});

afterAll(async () => {
  await client.end();
  await sshd[Symbol.asyncDispose]();
});

const text = (stream: { stdout: Buffer }): string => stream.stdout.toString();

test.each([
  ['nothing', ['']],
  ['spaces and tabs', [' a  b\t']],
  ['quotes', [`'`, `"`, `it's "so"`, `'\\''`, '`id`']],
  ['what a shell would read', ['$HOME', '$(id)', '*', '~', '!!', ';', '&', '|', '>x', '#x', '{a,b}', '\\', 'a\\\nb']],
  ['newlines', ['\n', 'a\nb\n', '\r\n']],
  ['options', ['-n', '--', '-e', 'A=b', '=ls']],
  ['bytes beyond ASCII', ['äöü', '日本', '🙂', '\u0001\u001b[31m', '\u007f']],
  ['many', Array.from({ length: 500 }, (_, i) => `argument ${i}`)],
])('arguments arrive exactly: %s', async (_what, args) => {
  const { stdout, status } = await exec(client, 'printf', ['%s\\0', ...args]);
  expect(stdout.toString().split('\0').slice(0, -1)).toEqual(args);
  expect(status).toBe(0);
});

test('a program whose name holds a quote and a space is found by that name', async () => {
  const { status, stderr } = await exec(client, `/no/such/it's a program`);
  expect(status).toBe(127);
  expect(stderr.toString()).toContain(`it's a program`);
});

test.each([['a\0b'], ['\ud800']])('what cannot be an argument is refused: %j', async (argument) => {
  await expect(exec(client, 'echo', [argument])).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
});

test('a command that is too long for Linux is refused, and the hint has the way', async () => {
  await expect(exec(client, 'echo', ['x'.repeat(200_000)])).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    hint: expect.stringContaining('standard input') as string,
  });
});

test('both outputs and the status, each by itself', async () => {
  const { status, signal, stdout, stderr } = await run(client, 'echo out; echo err >&2; exit 7');
  expect({ status, signal, stdout: stdout.toString(), stderr: stderr.toString() }).toEqual({
    status: 7,
    signal: undefined,
    stdout: 'out\n',
    stderr: 'err\n',
  });
});

test('a signal is a status of 128 and more', async () => {
  expect(await run(client, 'kill -KILL $$')).toMatchObject({ status: 137, signal: 'SIGKILL' });
  expect(await run(client, 'kill -TERM $$')).toMatchObject({ status: 143, signal: 'SIGTERM' });
});

test('short commands lose nothing, however many run at once', async () => {
  const rounds = Array.from({ length: 10 }, async () => {
    const results = [];
    for (let i = 0; i < 10; i++) results.push(await run(client, `echo ${i}; exit ${i}`));
    return results.map((result) => `${result.status}${text(result)}`).join('');
  });
  const expected = Array.from({ length: 10 }, (_, i) => `${i}${i}\n`).join('');
  expect(await Promise.all(rounds)).toEqual(rounds.map(() => expected));
});

test.each<[string, string | Buffer | Readable]>([
  ['a string', 'grüße'],
  ['a Buffer', Buffer.from('grüße')],
  ['a stream', Readable.from(['grü', 'ße'])],
])('the command reads %s', async (_what, stdin) => {
  expect(text(await exec(client, 'cat', [], { stdin }))).toBe('grüße');
});

test('without input the command reads none', async () => {
  expect(text(await run(client, 'cat; echo end'))).toBe('end\n');
});

test('20 MB go through a command unharmed, both ways at once', async () => {
  const bytes = Buffer.alloc(20_000_000, 'hvkit or not ');
  const { stdout } = await exec(client, 'cat', [], { stdin: bytes });
  expect(stdout.equals(bytes)).toBe(true);
});

test('a command that does not read its input ends all the same', async () => {
  const endless = new Readable({
    read() {
      this.push(Buffer.alloc(65_536));
    },
  });
  expect(await run(client, 'exec 0<&-; exit 3', { stdin: endless })).toMatchObject({ status: 3 });
  endless.destroy();
});

test('input that fails ends the command', async () => {
  const stdin = new PassThrough();
  const result = exec(client, 'cat', [], { stdin });
  stdin.write('a');
  stdin.destroy(new Error('the disk is gone'));
  await expect(result).rejects.toMatchObject({
    code: 'ERR_SSH_INPUT',
    message: expect.stringContaining('the disk is gone') as string,
  });
});

test('output goes to a stream at the pace of that stream', async () => {
  let length = 0;
  const stdout = new Writable({
    highWaterMark: 1024,
    write(chunk: Buffer, _encoding, done) {
      length += chunk.length;
      setImmediate(done);
    },
  });
  const result = await run(client, 'head -c 8000000 /dev/zero', { stdout });
  expect(result).toMatchObject({ status: 0, stdout: Buffer.alloc(0) });
  expect(length).toBe(8_000_000);
  expect(stdout.writableEnded).toBe(false);
});

test('a stream that breaks ends the command', async () => {
  const stdout = new Writable({
    write(_chunk, _encoding, done) {
      done(new Error('EPIPE'));
    },
  });
  await expect(run(client, 'yes', { stdout })).rejects.toMatchObject({
    code: 'ERR_SSH_OUTPUT',
    message: expect.stringContaining('EPIPE') as string,
  });
});

test('output that has no end is bounded', async () => {
  await expect(run(client, 'yes', { maxBytes: 100_000 })).rejects.toMatchObject({ code: 'ERR_SSH_OUTPUT' });
});

test('environment variables arrive that the server takes', async () => {
  const env = { HVKIT_A: `it's "a"`, OTHER_B: 'b' };
  expect(text(await run(client, 'echo "$HVKIT_A $OTHER_B"', { env }))).toBe(`it's "a" \n`);
});

test('a terminal, where one is asked for', async () => {
  const pty = { columns: 123, rows: 45, term: 'xterm' };
  expect(text(await run(client, 'stty size; echo $TERM; test -t 0 && test -t 1', { pty }))).toBe('45 123\r\nxterm\r\n');
  expect(await run(client, 'test -t 1')).toMatchObject({ status: 1 });
});

test('an abort ends the command in the machine, although its input has ended', async () => {
  const abort = new AbortController();
  const stdout = new PassThrough();
  const result = run(client, 'echo $$; exec sleep 600', { signal: abort.signal, stdout });
  const [pid] = (await once(stdout, 'data')) as [Buffer];
  abort.abort(new Error('enough'));
  await expect(result).rejects.toMatchObject({ code: 'ABORT_ERR', cause: new Error('enough') });
  expect(await run(client, `kill -0 ${pid.toString().trim()}`)).toMatchObject({ status: 1 });
});

test('a command that ignores SIGTERM is killed', async () => {
  const started = performance.now();
  const stdout = new PassThrough();
  const result = run(client, 'trap "" TERM; echo $$; while :; do sleep 1; done', { timeoutMs: 500, stdout });
  await expect(result).rejects.toMatchObject({ code: 'ERR_SSH_EXEC_TIMEOUT' });
  expect(performance.now() - started).toBeLessThan(20_000);
  const pid = (stdout.read() as Buffer).toString().trim();
  expect(await run(client, `while kill -0 ${pid} 2>/dev/null; do sleep 0.05; done`)).toMatchObject({ status: 0 });
});

test('what is aborted already does not start', async () => {
  await expect(run(client, 'echo', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORT_ERR' });
});
