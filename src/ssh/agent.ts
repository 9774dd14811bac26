import type { Duplex } from 'node:stream';

import type { BaseAgent, KnownPublicKeys, ParsedKey } from 'ssh2';

import { HvError } from '../errors';
import { ssh2 } from './library';

/** For an agent that may ask its user first; one of a login that is gone takes connections and says nothing. */
const PATIENCE_MS = 15_000;

/** A key that the user's agent holds. @internal */
export interface AgentKey {
  /** What the base64 of its public line says. */
  blob: Buffer;
  /** The agent as one that holds this key and no other. */
  agent: BaseAgent;
}

/** What the agent at a socket holds, in its own order. @internal */
export async function agentKeys(socket: string, timeoutMs = PATIENCE_MS): Promise<AgentKey[]> {
  const found = await identitiesOf(ssh2().createAgent(socket), timeoutMs);
  return found.map((key) => {
    const agent = ssh2().createAgent(socket);
    agent.getIdentities = (callback) => {
      callback(undefined, [key]);
    };
    return { blob: (key as ParsedKey).getPublicSSH(), agent };
  });
}

function identitiesOf(agent: BaseAgent, timeoutMs: number): Promise<KnownPublicKeys> {
  return new Promise((resolve, reject) => {
    const getStream = agent.getStream?.bind(agent);
    let stream: Duplex | undefined;
    // ssh2 has no deadline for it, and keeps what it asks to itself.
    agent.getStream = (callback) => {
      getStream?.((error, opened) => {
        stream = opened;
        callback(error, opened);
      });
    };
    const timer = setTimeout(() => {
      const message = `it did not answer within ${Math.ceil(timeoutMs / 1000)} s`;
      reject(new HvError({ code: 'ERR_SSH_TIMEOUT', message }));
      stream?.destroy();
    }, timeoutMs);
    agent.getIdentities((error, found = []) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve(found);
    });
  });
}
