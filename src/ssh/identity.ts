import type { AnyAuthMethod } from 'ssh2';

import { HvError } from '../errors';
import { agentKeys, type AgentKey } from './agent';
import { readKeyFile, type KeyFile } from './key-file';
import { parsePublicKey } from './public-key';

/** How the user proves who they are: with the file's key, or with the agent that holds it. @internal */
export interface Identity {
  /** One after the other, until the server takes one. */
  methods: readonly (() => AnyAuthMethod)[];
  /** For the error that says that it was refused. */
  described: string;
}

/** @internal */
export async function identityOf(user: string, file: string, agentSocket: string | undefined): Promise<Identity> {
  const key = await readKeyFile(file);
  const { privateKey } = key;
  if (privateKey !== undefined) {
    return {
      methods: [() => ({ type: 'publickey', username: user, key: privateKey })],
      described: `the key ${key.fingerprint} (${file})`,
    };
  }
  const { agent } = await inAgent(key, agentSocket);
  return {
    methods: [() => ({ type: 'agent', username: user, agent })],
    described: `the key ${key.fingerprint} of the agent (${file})`,
  };
}

/** The user's agent, but of its keys only the one: others would count as failed logins. */
async function inAgent(key: KeyFile, socket: string | undefined): Promise<AgentKey> {
  if (socket === undefined || socket === '') throw needsAgent(key, 'and no agent runs (SSH_AUTH_SOCK is not set)');
  let keys: AgentKey[];
  try {
    keys = await agentKeys(socket);
  } catch (error) {
    throw needsAgent(key, `and the agent cannot be asked: ${(error as Error).message}`);
  }
  const { blob } = parsePublicKey(key.publicKey);
  const own = keys.find((each) => each.blob.equals(blob));
  if (!own) throw needsAgent(key, 'and the agent does not hold it');
  return own;
}

function needsAgent(key: KeyFile, why: string): HvError {
  const beside = /^(.+)\.pub$/.exec(key.file)?.[1];
  const hint = `Let an agent hold it, and try again: eval "$(ssh-agent)"; ssh-add '${beside ?? key.file}'`;
  return new HvError({
    code: 'ERR_SSH_KEY_ENCRYPTED',
    message: `The key ${key.file} is ${beside === undefined ? 'encrypted, or not in that file' : 'a public one'}, ${why}`,
    hint: beside === undefined ? hint : `--ssh-key '${beside}'. Or: ${hint.slice(0, 1).toLowerCase()}${hint.slice(1)}`,
  });
}
