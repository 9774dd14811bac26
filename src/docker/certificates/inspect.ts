import type { X509Certificate } from 'node:crypto';

import { purposesOf, type Purpose } from './kind';
import { readCertificate } from './pem';

/** What people want to know of a certificate. */
export interface CertificateInfo {
  subject: string;
  issuer: string;
  validFrom: Date;
  validTo: Date;
  /** What it vouches for. */
  names: string[];
  addresses: string[];
  /** Of whom it may be: of a server, of a client. */
  purposes: Purpose[];
  isCa: boolean;
  /** SHA-256 of it, in hexadecimal pairs. */
  fingerprint: string;
}

/** Of the first certificate in a PEM text; `what` names the text in an error, such as its file. */
export function inspect(pem: string, what = 'The certificate'): CertificateInfo {
  return infoOf(readCertificate(pem, what));
}

export function infoOf(certificate: X509Certificate): CertificateInfo {
  const alternatives = certificate.subjectAltName?.split(', ') ?? [];
  return {
    subject: onOneLine(certificate.subject),
    issuer: onOneLine(certificate.issuer),
    validFrom: new Date(certificate.validFrom),
    validTo: new Date(certificate.validTo),
    names: valuesOf(alternatives, 'DNS:'),
    addresses: valuesOf(alternatives, 'IP Address:'),
    purposes: certificate.ca ? [] : purposesOf(certificate),
    isCa: certificate.ca,
    fingerprint: certificate.fingerprint256,
  };
}

function valuesOf(alternatives: readonly string[], prefix: string): string[] {
  return alternatives.filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length));
}

function onOneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}
