import { readCertificates, readKey } from './pem';
import { problemOf, type Expectation, type Problem } from './verify';

export interface CertificateCheck extends Omit<Expectation, 'key'> {
  /** PEM, like the rest: with those that stand between it and the CA. */
  certificate: string;
  ca: string;
  key?: string;
}

/** Why a certificate is not good for what it is there for; undefined if it is. */
export function certificateProblem({ certificate, ca, key, ...expectation }: CertificateCheck): Problem | undefined {
  const chain = readCertificates(certificate, 'The certificate');
  const trusted = readCertificates(ca, 'The CA');
  return problemOf(chain, trusted, { ...expectation, ...(key !== undefined && { key: readKey(key, 'The key') }) });
}
