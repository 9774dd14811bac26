import type { KeyObject, X509Certificate } from 'node:crypto';

import { HvError } from '../../errors';
import type { Purpose } from './kind';
import { readCertificates } from './pem';
import type { Signer } from './signer';
import { asError, isSelfSigned, problemOf } from './verify';
import { makeSigningRequest } from './x509';

export interface Wanted {
  purpose: Purpose;
  commonName: string;
  names: readonly string[];
  addresses: readonly string[];
  days: number;
  key: KeyObject;
  now: Date;
}

export interface Signed {
  /** The certificate, and those between it and the CA. */
  chain: X509Certificate[];
  /** Who is to be trusted. */
  ca: X509Certificate[];
}

const WHAT = 'What was signed';
const HINT = 'onCertificate answers with the certificate that was asked for, and behind it its CA';

/** Has somebody else sign, and believes nothing of what comes back. */
export async function askSigner(signer: Signer, wanted: Wanted): Promise<Signed> {
  const { purpose, commonName, names, addresses, days, key, now } = wanted;
  const asked = performance.now();
  const request = makeSigningRequest({ purpose, commonName, names, addresses }, key);
  const answer = await signer({ purpose, request, subject: commonName, names, addresses, days });
  const [leaf, ...others] = certificatesOf(answer);
  if (leaf === undefined) throw refusal('it holds no certificate');
  // A CA that another one has signed can be the one to trust as well: then it stands last.
  const roots = others.filter(isSelfSigned);
  const ca = roots.length > 0 ? roots : others.slice(-1);
  const chain = [leaf, ...others.filter((each) => !ca.includes(each))];
  if (ca.length === 0) throw refusal('the CA that is to be trusted does not stand behind the certificate');
  // It may have taken its time, and what it signs may be valid from that moment on.
  const then = new Date(now.getTime() + (performance.now() - asked));
  const problem = problemOf(chain, ca, { purpose, names, addresses, key, now: then });
  if (problem !== undefined) throw asError({ ...problem, code: 'ERR_SIGNER' }, WHAT, HINT);
  return { chain, ca };
}

function certificatesOf(answer: unknown): X509Certificate[] {
  if (typeof answer !== 'string') throw refusal('it is no text');
  try {
    return readCertificates(answer, WHAT);
  } catch (error) {
    if (!HvError.is(error)) throw error;
    throw new HvError({ code: 'ERR_SIGNER', message: error.message, hint: HINT, cause: error });
  }
}

function refusal(why: string): HvError {
  return asError({ code: 'ERR_SIGNER', why }, WHAT, HINT);
}
