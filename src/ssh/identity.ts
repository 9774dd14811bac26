import type { AnyAuthMethod, BaseAgent, KnownPublicKeys, ParsedKey } from 'ssh2';

import { HvError } from '../errors';
import { readKeyFile, type KeyFile } from './key-file';
import { ssh2 } from './library';
import { parsePublicKey } from './public-key';

/** How the user proves who they are: with the file's key, or with the agent that holds it. @internal */
export interface Identity {
  method: AnyAuthMethod;
  /** For the error that says that it was refused. */
  described: string;
}

/** @internal */
export async function identityOf(user: string, file: string, agentSocket: string | undefined): Promise<Identity> {
  const key = await readKeyFile(file);
  if (key.privateKey !== undefined) {
    return {
      method: { type: 'publickey', username: user, key: key.privateKey },
      described: `the key ${key.fingerprint} (${file})`,
    };
  }
  return {
    method: { type: 'agent', username: user, agent: await agentFor(key, agentSocket) },
    described: `the key ${key.fingerprint} of the agent (${file})`,
  };
}

/** The user's agent, but of its keys only the one: others would count as failed logins. */
async function agentFor(key: KeyFile, socket: string | undefined): Promise<BaseAgent> {
  const { createAgent } = ssh2();
  if (socket === undefined || socket === '') throw needsAgent(key, 'and no agent runs (SSH_AUTH_SOCK is not set)');
  const agent = createAgent(socket);
  const { blob } = parsePublicKey(key.publicKey);
  const keys = await new Promise<KnownPublicKeys>((resolve, reject) => {
    agent.getIdentities((error, found = []) => {
      if (error) reject(needsAgent(key, `and the agent cannot be asked: ${error.message}`));
      else resolve(found);
    });
  });
  const own = keys.filter((each) => (each as ParsedKey).getPublicSSH().equals(blob));
  if (own.length === 0) throw needsAgent(key, 'and the agent does not hold it');

  agent.getIdentities = (callback) => {
    callback(undefined, own);
  };
  return agent;
}

function needsAgent(key: KeyFile, why: string): HvError {
  return new HvError({
    code: 'ERR_SSH_KEY_ENCRYPTED',
    message: `The key ${key.file} is encrypted, or not in that file, ${why}`,
    hint: `Let an agent hold it, and try again: eval "$(ssh-agent)"; ssh-add '${key.file}'`,
  });
}
