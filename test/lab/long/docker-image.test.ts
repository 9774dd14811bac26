import { Actor, dockerImage } from '../actor';

/** A guest of software takes its time where others are at work, and Docker's is several times that of a boot. */
const LONG = 1_200_000;
const SPEC = { network: { mode: 'user' }, cpus: 2, memory: 1024, disk: 2 ** 30 };
const name = 'dev';

function loginOf(actor: Actor) {
  return async (...lines: string[]): Promise<string[]> =>
    (await actor.ask<string[]>('login', { name, lines, withinMs: LONG })).map((text) => text.trim());
}

const IMPORT = 'tar -C / -c usr/bin/busybox | docker import --change "ENTRYPOINT [\\"/usr/bin/busybox\\"]" - box';

test(
  "a Docker host of hvkit's own: it answers, runs containers, fills its disk, and is stopped in order",
  async () => {
    await using actor = new Actor();
    await actor.make(name, SPEC, dockerImage());
    await actor.ask('start', { name });
    const login = loginOf(actor);
    expect(await login('hostname', '. /etc/os-release && echo $ID $VARIANT_ID', 'id -Gn')).toEqual([
      'dev',
      'hvkit docker',
      'hvkit sudo docker',
    ]);
    await login('sudo /usr/lib/hvkit/docker start');
    const [status, , said, , answer, size] = await login(
      'sudo /usr/lib/hvkit/docker status',
      IMPORT,
      'docker run --rm box echo here',
      'docker run --detach --restart always --publish 8080:80 box httpd -f -h /usr/bin',
      'wget -q -O - http://127.0.0.1:8080/busybox | cmp - /usr/bin/busybox && echo the same',
      "df -m / | awk 'NR == 2 { print $2 }'",
    );
    expect([status, said, answer]).toEqual(['running', 'here', 'the same']);
    expect(Number(size)).toBeGreaterThan(900);

    // A full disk is the container's trouble, and nobody else's.
    const [full, again] = await login(
      `sudo fallocate -l $(df -k / | awk 'NR == 2 { print $4 - 256 }')k /var/tmp/full; ` +
        'docker run --rm box dd if=/dev/zero of=/more bs=1M count=4 2>&1 || true',
      'sudo rm /var/tmp/full; docker run --rm box echo again',
    );
    expect(full).toMatch(/no space left/i);
    expect(again).toBe('again');

    await actor.ask('watch', { name });
    await actor.ask('stop', { name, graceMs: 60_000 });
    expect(await actor.ask('until', { name, state: 'Stopped' })).toContainEqual(
      expect.objectContaining({ state: 'Stopped', detail: 'shutdown by the guest' }),
    );
    await actor.ask('remove', { name });
  },
  LONG,
);

test(
  'what keeps Docker from coming up is told to who asks, and on the console',
  async () => {
    await using actor = new Actor();
    await actor.make(name, SPEC, dockerImage());
    await actor.ask('start', { name });
    const [broken] = await loginOf(actor)(
      'echo "{ broken" | sudo tee /etc/docker/daemon.json && sudo /usr/lib/hvkit/docker restart 2>&1 || true',
    );
    expect(broken).toMatch(/dockerd ended with 1: .*unable to configure/);
    expect(await actor.ask('logs', { name, follow: false })).toContain('hvkit: dockerd ended with 1: ');
    await actor.ask('remove', { name });
  },
  LONG,
);
