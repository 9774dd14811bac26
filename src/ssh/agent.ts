import type { BaseAgent, KnownPublicKeys, ParsedKey } from 'ssh2';

import { ssh2 } from './library';

/** A key that the user's agent holds. @internal */
export interface AgentKey {
  /** What the base64 of its public line says. */
  blob: Buffer;
  /** The agent as one that holds this key and no other. */
  agent: BaseAgent;
}

/** What the agent at a socket holds, in its own order. @internal */
export async function agentKeys(socket: string): Promise<AgentKey[]> {
  const found = await identitiesOf(ssh2().createAgent(socket));
  return found.map((key) => {
    const agent = ssh2().createAgent(socket);
    agent.getIdentities = (callback) => {
      callback(undefined, [key]);
    };
    return { blob: (key as ParsedKey).getPublicSSH(), agent };
  });
}

function identitiesOf(agent: BaseAgent): Promise<KnownPublicKeys> {
  return new Promise((resolve, reject) => {
    agent.getIdentities((error, found = []) => {
      if (error) reject(error);
      else resolve(found);
    });
  });
}
