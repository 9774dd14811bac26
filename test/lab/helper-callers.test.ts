import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { setImmediate, setTimeout } from 'node:timers/promises';

import { macOf, releaseLeases, requireAnswer } from '../../src/drivers/xhyve/helper';
import { as, command, framed, greeting, Helper, OTHER, taps, USER, Wire } from './helper';

/** Whatever a caller does, the helper serves the others, and leaves no interface behind. */
const UUID = '4fd0cc2a-6d37-4ca7-91e9-0f4b4d6f6a13';
const STRANGER = 4713;
const LARGEST = 1514;

let helper: Helper;

beforeAll(async () => {
  execFileSync('ip', ['link', 'add', 'bridge100', 'type', 'bridge', 'forward_delay', '0']);
  execFileSync('ip', ['link', 'set', 'bridge100', 'up']);
  helper = await Helper.begin('/run/none', { users: [USER, OTHER] });
});

afterEach(async () => {
  await as(USER, () => requireAnswer(helper.place));
  await helper.idle();
  expect(taps()).toEqual([]);
});

afterAll(async () => {
  await helper[Symbol.asyncDispose]();
  execFileSync('ip', ['link', 'del', 'bridge100']);
});

const sent = async (bytes: Buffer, { user = USER, more = false } = {}): Promise<Buffer> => {
  const wire = await Wire.to(helper.place, user);
  if (more) wire.socket.write(bytes);
  else wire.socket.end(bytes);
  return wire.end();
};

test('somebody else is hung up on', async () => {
  expect(await sent(greeting(), { user: STRANGER })).toHaveLength(0);
  await expect(as(STRANGER, () => requireAnswer(helper.place))).rejects.toMatchObject({
    code: 'ERR_XHYVE_HELPER_REFUSED',
    hint: expect.stringContaining('sudo hvkit setup xhyve') as string,
  });
  await as(0, () => requireAnswer(helper.place));
});

test('a MAC belongs to the user who was first given it', async () => {
  const mac = await as(USER, () => macOf(UUID, helper.place));
  expect(await as(USER, () => macOf(UUID.toUpperCase(), helper.place))).toBe(mac);
  await expect(as(OTHER, () => macOf(UUID, helper.place))).rejects.toMatchObject({
    code: 'ERR_XHYVE_HELPER',
    message: expect.stringContaining('belongs to a machine of another user') as string,
  });
  expect(await as(OTHER, () => releaseLeases(mac, helper.place))).toBe(0);
  const wire = await Wire.to(helper.place, OTHER);
  wire.socket.write(Buffer.concat([greeting(), command(UUID)]));
  const said = await wire.end();
  expect(said[49]).toBe(2);
  expect(said.toString('latin1', 51)).toContain('another user');
  // Until it is given back.
  await as(USER, () => releaseLeases(mac, helper.place));
  expect(await as(OTHER, () => macOf(UUID, helper.place))).toBe(mac);
  await as(OTHER, () => releaseLeases(mac, helper.place));
});

const request = (kind: number, rest: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from('HVKIT\x01\0\0\0'), Buffer.of(kind), Buffer.from(rest), Buffer.alloc(39)]).subarray(0, 49);

test.each([
  ['nonsense', Buffer.alloc(49, 0xa5)],
  ['a greeting of another version', Buffer.concat([Buffer.from('VMN3T\x15\0\0\0'), Buffer.alloc(40)])],
  ['a request of another version', Buffer.concat([Buffer.from('HVKIT\x02\0\0\0'), Buffer.alloc(40)])],
  ['a kind that is none', request(9, '')],
  ['a UUID that is none', request(1, 'not-a-uuid')],
  ['something behind the MAC', request(2, Buffer.alloc(7, 1))],
])('%s is no request', async (_, bytes) => {
  const reply = await sent(bytes);
  expect(reply).toHaveLength(256);
  expect(reply[9]).toBe(1);
});

test('half a message, and messages that come too slowly, end the connection', async () => {
  expect(await sent(greeting().subarray(0, 20))).toHaveLength(0);
  const drop = async (): Promise<Buffer> => {
    const wire = await Wire.to(helper.place);
    const drops = setInterval(() => wire.socket.write('V'), 300);
    try {
      return await wire.end();
    } finally {
      clearInterval(drops);
    }
  };
  const silent = Wire.to(helper.place).then((wire) => wire.end());
  const greeted = sent(greeting(), { more: true });
  expect(await Promise.all([drop(), silent])).toEqual([Buffer.alloc(0), Buffer.alloc(0)]);
  expect(await greeted).toHaveLength(49);
});

test('a command that is none is told so', async () => {
  const said = await sent(Buffer.concat([greeting(), Buffer.alloc(41, 0xff)]), { more: true });
  expect(said).toHaveLength(49 + 258);
  expect(said[49]).toBe(2);
});

test.each([
  ['no length', framed(Buffer.alloc(0))],
  ['less than a header', framed(Buffer.alloc(13))],
  ['more than the interface takes', framed(Buffer.alloc(LARGEST + 1))],
  ['all that two bytes can say', framed(Buffer.alloc(100), 0xffff)],
])('a frame of %s ends the connection, and the interface is gone', async (_, bytes) => {
  const wire = await Wire.to(helper.place);
  await wire.plug(UUID);
  expect(taps()).toHaveLength(1);
  wire.socket.write(framed(Buffer.alloc(LARGEST)));
  wire.socket.write(bytes);
  await wire.end();
});

test('half a frame, and then nothing', async () => {
  const wire = await Wire.to(helper.place);
  await wire.plug(UUID);
  wire.socket.end(framed(Buffer.alloc(40), LARGEST));
  await wire.end();
});

test.each(['SIGKILL', 'SIGTERM'] as const)('%s of what serves a connection unplugs that one', async (signal) => {
  const wire = await Wire.to(helper.place);
  await wire.plug(UUID);
  const other = await Wire.to(helper.place);
  const [serving] = helper.children;
  await other.plug(UUID.replace('4', '5'));
  process.kill(serving!, signal);
  await wire.end();
  expect(taps()).toHaveLength(1);
  other.socket.destroy();
});

test('frames go from one machine to another, whole and in order', async () => {
  const one = await Wire.to(helper.place);
  const two = await Wire.to(helper.place);
  const from = await one.plug(UUID);
  const to = await two.plug(UUID.replace('4', '6'));
  // So that the bridge knows where it is.
  two.socket.write(framed(Buffer.concat([from, to, Buffer.alloc(60)])));
  // A new port does not forward from its first moment on, and what comes before is lost as with any switch.
  const early = framed(Buffer.concat([to, from, Buffer.from([0x88, 0xb6]), Buffer.alloc(46)]));
  while (!(await two.said(0)).includes(early)) {
    one.socket.write(early);
    await setTimeout(20);
  }
  const frames = Array.from({ length: 200 }, (_, index) =>
    framed(Buffer.concat([to, from, Buffer.from([0x88, 0xb5]), Buffer.alloc(46 + index * 7, index)])),
  );
  one.socket.write(Buffer.concat(frames));
  const wanted = Buffer.concat(frames);
  // What the kernel says of itself on a new interface stands before it.
  let heard = await two.said(wanted.length);
  while (!heard.includes(wanted)) heard = await two.said(heard.length + 1);
  one.socket.destroy();
  two.socket.destroy();
});

test('a user who connects too often is hung up on, and nobody else', async () => {
  const wires: Wire[] = [];
  const stopped = new Set<number>();
  /** What serves the newest connection stands still from now on: of itself it waits for three seconds. */
  const stop = async (): Promise<void> => {
    let pid: number | undefined;
    while ((pid = helper.serving.find((each) => !stopped.has(each))) === undefined) await setImmediate();
    process.kill(pid, 'SIGSTOP');
    stopped.add(pid);
  };
  // Whoever asked before this test.
  while (helper.serving.length > 0) await setImmediate();
  try {
    while (wires.length < 256) {
      wires.push(await Wire.to(helper.place));
      await stop();
    }
    for (let more = 0; more < 3; more += 1) {
      const wire = await Wire.to(helper.place);
      expect(await wire.end()).toHaveLength(0);
    }
    expect(helper.serving).toHaveLength(256);
    await as(OTHER, () => requireAnswer(helper.place));
  } finally {
    for (const { socket } of wires) socket.destroy();
    for (const pid of stopped) process.kill(pid, 'SIGCONT');
    // As long as they have not ended, the user is hung up on.
    await helper.idle();
  }
});

test('what somebody else could have put there is not used', async () => {
  const { place, folder } = helper;
  const isUnsafe = () => expect(requireAnswer(place)).rejects.toMatchObject({ code: 'ERR_XHYVE_HELPER_UNSAFE' });
  chmodSync(place.program, 0o777);
  await isUnsafe();
  chmodSync(place.program, 0o755);
  chownSync(folder, USER, 0);
  await isUnsafe();
  chownSync(folder, 0, 0);
  chownSync(place.socket, USER, 0);
  await isUnsafe();
  chownSync(place.socket, 0, 0);
});

test('it listens only where nobody else can write, and once', () => {
  const listen = (state: string) =>
    spawnSync(helper.place.program, ['listen', `${helper.folder}/another`, state, '/run/none'], { encoding: 'utf8' });
  expect(listen(helper.place.state)).toMatchObject({ status: 1, stderr: expect.stringContaining('runs') as string });
  const open = mkdtempSync('/run/hvkit-open-');
  chmodSync(open, 0o777);
  expect(listen(open)).toMatchObject({ status: 1, stderr: expect.stringContaining('somebody else') as string });
  rmSync(open, { recursive: true });
  expect(spawnSync(helper.place.program, ['listen']).status).toBe(64);
});
