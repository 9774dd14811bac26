import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';

import { HvError } from '../../errors';
import { infoOf } from './inspect';
import { purposesOf, type Purpose } from './kind';

/** What has just been signed by somebody whose clock is ahead is valid in a moment. */
const SKEW_MS = 60_000;

/** What a certificate has to be good for. */
export interface Expectation {
  purpose: Purpose;
  names?: readonly string[];
  addresses?: readonly string[];
  /** The private key, or the public one, that it was made for. */
  key?: KeyObject;
  now?: Date;
}

/** Why a certificate is not good; one that is has none. */
export interface Problem {
  /** `ERR_CERTIFICATE`, or that it has expired. */
  code: string;
  why: string;
}

/**
 * Looks at a certificate as its other side will: its key, its purpose, its names, its dates, and who vouches for it, up to
 * one of the CAs that are trusted. What stands between may come with it.
 */
export function problemOf(
  chain: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  expectation: Expectation,
): Problem | undefined {
  const { purpose, key, now = new Date() } = expectation;
  const [leaf, ...between] = chain;
  if (leaf === undefined) return wrong('there is none');
  if (key !== undefined && !fits(leaf, key)) return wrong('it was made for another key');
  const purposes = purposesOf(leaf);
  if (leaf.ca) return wrong('it is a CA');
  if (!purposes.includes(purpose)) return wrong(`it is not for a ${purpose}`);
  if (purpose === 'server' && purposes.includes('client')) {
    return wrong('it is not for a server alone: with the key of one machine all the others could be opened');
  }
  return missingName(leaf, expectation) ?? brokenChain(leaf, between, trusted, now);
}

export function fits(certificate: X509Certificate, key: KeyObject): boolean {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return certificate.publicKey.equals(publicKey);
}

export function isSelfSigned(certificate: X509Certificate): boolean {
  return isIssuedBy(certificate, certificate);
}

export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

export function asError({ code, why }: Problem, what: string, hint: string): HvError {
  return new HvError({ code, message: `${what} cannot be used: ${why}`, hint });
}

function missingName(leaf: X509Certificate, { names = [], addresses = [] }: Expectation): Problem | undefined {
  const { names: written } = infoOf(leaf);
  const missing = [
    // A name with a star in it has to be written there, all others may also be covered by one.
    ...names.filter((name) => !written.includes(name) && leaf.checkHost(name, { subject: 'never' }) === undefined),
    ...addresses.filter((address) => leaf.checkIP(address) === undefined),
  ];
  return missing.length === 0 ? undefined : wrong(`it does not vouch for ${missing.join(', ')}`);
}

function brokenChain(
  leaf: X509Certificate,
  between: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  now: Date,
): Problem | undefined {
  const { path, anchor } = pathFrom(leaf, between, trusted);
  if (anchor === undefined) {
    const last = path.at(-1) ?? leaf;
    return wrong(`it is not issued by the CA that is trusted, but by ${last.issuer.split('\n').join(', ')}`);
  }
  const dated = [...path, anchor].map((each) => outOfDate(each, now)).find((each) => each !== undefined);
  if (dated !== undefined) return dated;
  const unfit = [...path.slice(1), anchor].find((each) => !each.ca);
  return unfit && wrong(`"${unfit.subject.split('\n').join(', ')}" is no CA and vouches for nobody`);
}

interface Path {
  /** From the certificate itself up to the one that a trusted CA has issued. */
  path: X509Certificate[];
  anchor?: X509Certificate;
}

function pathFrom(
  leaf: X509Certificate,
  between: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
): Path {
  const path = [leaf];
  for (let current = leaf; ;) {
    const below = current;
    const anchor = trusted.find((each) => isIssuedBy(below, each));
    if (anchor !== undefined) return { path, anchor };
    const next = between.find((each) => !path.includes(each) && isIssuedBy(below, each));
    if (next === undefined) return { path };
    path.push(next);
    current = next;
  }
}

export function isOutOfDate(certificate: X509Certificate, now: Date): boolean {
  return outOfDate(certificate, now) !== undefined;
}

function outOfDate(certificate: X509Certificate, now: Date): Problem | undefined {
  const { validFrom, validTo } = certificate;
  if (now > new Date(validTo)) return { code: 'ERR_CERTIFICATE_EXPIRED', why: `it expired on ${day(validTo)}` };
  if (now.getTime() + SKEW_MS < new Date(validFrom).getTime()) {
    return wrong(`it is not valid before ${new Date(validFrom).toISOString()}: compare the clocks`);
  }
  return undefined;
}

function day(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}

function wrong(why: string): Problem {
  return { code: 'ERR_CERTIFICATE', why };
}
