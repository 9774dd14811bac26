import type { KeyObject, X509Certificate } from 'node:crypto';

import { HvError } from '../../errors';
import { readCertificate } from './pem';
import { ROTATE } from './shelf';
import type { Signed, Wanted } from './sign';
import { isOutOfDate } from './verify';
import { makeCertificate, type SigningCa } from './x509';

/** What a CA has signed is good for no longer than the CA itself. */
const DAYS = 3650;

/** Of a host's name, so that the date behind it has its place in what a name may be long. */
const HOST_NAME = 26;

/** A name of its own for each: where two are trusted, the right one has to be found by it. */
export function newCa(key: KeyObject, now: Date, hostName?: string): SigningCa {
  const where = hostName === undefined ? '' : ` of ${hostName.slice(0, HOST_NAME)}`;
  const commonName = `hvkit CA${where}, ${now.toISOString()}`;
  const pem = makeCertificate({ purpose: 'ca', commonName, key, days: DAYS, now });
  return { certificate: readCertificate(pem, 'The new CA'), key };
}

export function signBy(ca: SigningCa, wanted: Wanted): Signed {
  if (isOutOfDate(ca.certificate, wanted.now)) {
    throw new HvError({
      code: 'ERR_CERTIFICATE_EXPIRED',
      message: `The CA "${nameOf(ca.certificate)}" has expired and can sign nothing`,
      hint: ROTATE,
    });
  }
  return { chain: [readCertificate(makeCertificate(wanted, ca), 'The new certificate')], ca: [ca.certificate] };
}

function nameOf({ subject }: X509Certificate): string {
  return subject.replace(/^CN=/, '');
}
