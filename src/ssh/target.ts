/** Where an ssh server is. */
export type Place = Pick<SshTarget, 'host' | 'port'>;

/** Where a machine's ssh server is, and how both sides know each other. No trust on first use: the host key is known. */
export interface SshTarget {
  host: string;
  port: number;
  user: string;
  /** The file of the private key, mode 0600. */
  identityFile: string;
  /** The guest's public host key, `ssh-ed25519 AAAA...`: any other is refused. */
  hostKey: string;
}
