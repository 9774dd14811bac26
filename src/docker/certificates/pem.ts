import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

import { HvError } from '../../errors';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates of a PEM text, in its order. `what` names it where it cannot be read: a file's path. */
export function readCertificates(pem: string, what: string): X509Certificate[] {
  const bodies = pem.match(CERTIFICATE) ?? [];
  if (bodies.length === 0) throw unreadable(what, 'it holds no certificate');
  return bodies.map((body) => {
    try {
      return new X509Certificate(body);
    } catch (error) {
      throw unreadable(what, 'a certificate in it is damaged', error);
    }
  });
}

/** The first of them: what is signed for, with those behind it that vouch for it. */
export function readCertificate(pem: string, what: string): X509Certificate {
  const [first] = readCertificates(pem, what);
  if (first === undefined) throw unreadable(what, 'it holds no certificate');
  return first;
}

export function readKey(pem: string, what: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw unreadable(what, pem.includes('ENCRYPTED') ? 'the key in it is encrypted' : 'it holds no private key', error);
  }
}

/** Several as one file, each once. */
export function bundle(certificates: readonly X509Certificate[]): string {
  const texts = certificates.map((each) => `${each.toString().trim()}\n`);
  return [...new Set(texts)].join('');
}

function unreadable(what: string, why: string, cause?: unknown): HvError {
  return new HvError({
    code: 'ERR_CERTIFICATE',
    message: `${what} cannot be used: ${why}`,
    hint: `openssl x509 -noout -text -in FILE shows what is in a certificate`,
    cause,
  });
}
