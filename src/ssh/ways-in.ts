import { join } from 'node:path';

import type { AnyAuthMethod } from 'ssh2';

import { HvError } from '../errors';
import { agentKeys } from './agent';
import { SshClient } from './client';
import { readKeyFile } from './key-file';
import { fingerprint, formatPublicKey, keyOf, parsePublicKey } from './public-key';
import { openSocket } from './socket';
import type { SshTarget } from './target';

/** In the order in which ssh tries them. */
const FILES = ['id_ed25519', 'id_ecdsa', 'id_rsa'];
/** After six a server of OpenSSH hangs up. */
const MOST = 5;

/** A key that a user has, in a file or in the agent. */
export interface WayIn {
  publicKey: string;
  /** Of the private key; undefined where only the agent has it. */
  file: string | undefined;
  method(user: string): AnyAuthMethod;
}

export interface Ways {
  ways: readonly WayIn[];
  /** Why there are not more, for the error that none of them led in. */
  trouble: readonly string[];
}

/** The keys that ssh would log in with where none is named: those of the agent, and the usual files of a folder. */
export async function usualWays(folder: string, agentSocket: string | undefined): Promise<Ways> {
  const files = await waysOfFiles(folder);
  const agent = await waysOfAgent(agentSocket);
  const isInFile = ({ publicKey }: WayIn): boolean => files.ways.some((each) => isSame(each.publicKey, publicKey));
  const ways = [...agent.ways.filter((each) => !isInFile(each)), ...files.ways];
  return { ways: ways.slice(0, MOST), trouble: [...agent.trouble, ...files.trouble] };
}

/** Logs in over one connection with the first key that the server takes, and says which that was. */
export async function firstWayIn(
  target: Omit<SshTarget, 'identityFile'>,
  ways: readonly WayIn[],
  { timeoutMs }: { timeoutMs: number },
): Promise<WayIn | undefined> {
  let tried: WayIn | undefined;
  const identity = {
    methods: ways.map((way) => () => {
      tried = way;
      return way.method(target.user);
    }),
    described: ways.map(describe).join(', nor with ') || 'no key at all',
  };
  const socket = await openSocket(target, { timeoutMs });
  const client = await SshClient.over(socket, identity, { ...target, identityFile: '' }, { timeoutMs });
  await client.end();
  return tried;
}

function describe({ publicKey, file }: WayIn): string {
  return `the key ${fingerprint(publicKey)} (${file ?? 'of the agent'})`;
}

async function waysOfFiles(folder: string): Promise<Ways> {
  const ways: WayIn[] = [];
  const trouble: string[] = [];
  for (const name of FILES) {
    const file = join(folder, name);
    try {
      const { publicKey, privateKey } = await readKeyFile(file);
      // One that is encrypted is the agent's to offer.
      if (privateKey === undefined) continue;
      ways.push({ publicKey, file, method: (username) => ({ type: 'publickey', username, key: privateKey }) });
    } catch (error) {
      if (!HvError.is(error)) throw error;
      trouble.push(error.message);
    }
  }
  return { ways, trouble };
}

async function waysOfAgent(socket: string | undefined): Promise<Ways> {
  if (socket === undefined || socket === '') return { ways: [], trouble: ['no agent runs (SSH_AUTH_SOCK is not set)'] };
  try {
    const ways = (await agentKeys(socket)).map(({ blob, agent }): WayIn => ({
      publicKey: formatPublicKey(keyOf(blob)),
      file: undefined,
      method: (username) => ({ type: 'agent', username, agent }),
    }));
    return { ways, trouble: [] };
  } catch (error) {
    return { ways: [], trouble: [`the agent cannot be asked: ${(error as Error).message}`] };
  }
}

function isSame(one: string, other: string): boolean {
  return parsePublicKey(one).blob.equals(parsePublicKey(other).blob);
}
