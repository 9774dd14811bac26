import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { withContenders } from '../harness/contender.mjs';
import { digits, duration, plural, spread } from '../harness/format.mjs';
import { median, ratios } from '../harness/statistics.mjs';
import { comparePrograms, dockerMachine, hvkit } from '../machines/programs.mjs';
import { certificatesIn } from './certificates.mjs';
import { homeOf } from './home.mjs';
import { dockerClient } from './image.mjs';
import { versionOf } from './versions.mjs';

const FEW = { answering: 20, silent: 0 };
const MANY = { answering: 40, silent: 10 };
const LOOP = '`docker version`, one after the other';
const TIMEOUT_S = 10;
/** Times the time-out. */
const MOST = 1.2;

/** What scripts do that have the URLs. */
const SCRIPT = `
set -euo pipefail
client=$1
export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=$2
shift 2
for url; do "$client" --host "$url" version --format '{{.Server.Version}}'; done
`;

export const PARTS = {
  answering: `ls, ${plural(FEW.answering, 'Docker host')}`,
  silent: `ls, ${plural(MANY.answering + MANY.silent, 'Docker host')}, ${MANY.silent} of them silent`,
};
const silentRounds = (bench) => bench.fewer(7);

/** `{answering, silent}`: of each part that is wanted `{label: [nanoseconds, round by round]}`. */
export async function measureLists(bench) {
  const certificates = join(bench.folder, 'certificates');
  rmSync(certificates, { recursive: true, force: true });
  mkdirSync(certificates, { recursive: true, mode: 0o700 });
  const { certificate, key } = await certificatesIn(bench, certificates);
  writeFileSync(join(certificates, 'server.pem'), certificate);
  writeFileSync(join(certificates, 'server-key.pem'), key, { mode: 0o600 });
  const daemons = {
    label: 'the Docker daemons',
    command: [process.execPath, join(import.meta.dirname, 'daemons.mjs'), certificates],
  };
  return withContenders([daemons], async ([servers]) => ({
    ...(bench.wants(PARTS.answering) && { answering: await listAnswering(bench, servers, certificates) }),
    ...(bench.wants(PARTS.silent) && { silent: await listSilent(bench, servers, certificates) }),
  }));
}

async function listAnswering(bench, servers, certificates) {
  const { urls, expected } = await hosts(servers, FEW);
  const programs = [
    { label: LOOP, command: ['bash', '-c', SCRIPT, 'loop', dockerClient(bench), certificates, ...urls] },
    hvkit(bench, 'ls', '-o', 'wide'),
    dockerMachine(bench, 'ls'),
  ].map((each) => ({ ...each, expected }));
  return comparePrograms(bench, PARTS.answering, programs, { HVKIT_HOME: homeOf(bench, urls, certificates) });
}

async function listSilent(bench, servers, certificates) {
  const { urls, expected } = await hosts(servers, MANY);
  const timeout = ['-t', String(TIMEOUT_S)];
  const programs = [hvkit(bench, 'ls', '-o', 'wide', ...timeout), dockerMachine(bench, 'ls', ...timeout)].map(
    (each) => ({ ...each, expected }),
  );
  const env = { HVKIT_HOME: homeOf(bench, urls, certificates) };
  return comparePrograms(bench, PARTS.silent, programs, env, silentRounds(bench));
}

/** Their URLs, and what is known when all have been asked that answer. */
async function hosts(servers, { answering, silent }) {
  const ports = [];
  for (const [verb, count] of Object.entries({ silent, answering })) {
    ports.push(...(await servers.ask(verb, count)).ports);
  }
  return {
    urls: ports.map((port) => `tcp://127.0.0.1:${port}`),
    expected: Array.from({ length: answering }, (_, index) => versionOf(index + 1)),
  };
}

export function listAims({ answering, silent }) {
  const aims = [];
  for (const label of Object.keys(answering ?? {}).filter((each) => each !== LOOP)) {
    const ratio = median(ratios(answering[label], answering[LOOP]));
    aims.push({
      aim: `${label} of ${plural(FEW.answering, 'Docker host')}: ahead of the docker client that asks one after the other`,
      measured: `${digits(ratio)} times`,
      met: ratio < 1,
    });
  }
  for (const [label, times] of Object.entries(silent ?? {})) {
    const timeouts = median(inTimeouts(times));
    aims.push({
      aim: `${label} with ${MANY.silent} of ${MANY.answering + MANY.silent} silent: one time-out, at most ${MOST} times as long`,
      measured: `${digits(timeouts)} times`,
      met: timeouts <= MOST,
    });
  }
  return aims;
}

export function listSections(bench, { answering, silent }) {
  return [...(answering ? [answeringSection(answering)] : []), ...(silent ? [silentSection(bench, silent)] : [])];
}

function answeringSection(times) {
  const rows = Object.keys(times).map((label) => [
    label,
    duration(median(times[label])),
    spread(ratios(times[label], times[LOOP])),
  ]);
  return {
    heading: `A list of ${plural(FEW.answering, 'Docker host')} that all answer`,
    text:
      'Machines of the driver none, and in the place of Docker a program on this host that tells its version, over TLS that both sides ' +
      'verify. `hvkit ls` without `-o wide` asks no Docker; `docker-machine` is the program of this name that comes with hvkit.',
    tables: [{ header: ['', 'time', `times ${LOOP}`], rows }],
  };
}

function silentSection(bench, times) {
  const rows = Object.keys(times).map((label) => [
    label,
    duration(median(times[label])),
    spread(inTimeouts(times[label])),
  ]);
  return {
    heading: `A list of ${MANY.answering + MANY.silent}, ${MANY.silent} of which do not answer`,
    text:
      `Median of ${plural(silentRounds(bench), 'round')}. The silent ones take the connection and say nothing. The time-out is ` +
      `${TIMEOUT_S} seconds, which is what is usual here and in docker-machine. As its source was published (\`commands/ls.go\`), ` +
      'docker-machine asks each machine in a routine of its own and waits 10 seconds for it, which makes one time-out as well; but ' +
      'for `--filter state=...` it asks the drivers first, one after the other and without a time-out. Whoever asks the Dockers one ' +
      `after the other waits ${MANY.silent} time-outs.`,
    tables: [{ header: ['', 'time', 'in time-outs'], rows }],
  };
}

function inTimeouts(times) {
  return times.map((ns) => ns / (TIMEOUT_S * 1e9));
}
