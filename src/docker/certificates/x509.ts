import { createHash, createPublicKey, randomBytes, sign, type KeyObject, type X509Certificate } from 'node:crypto';

import type { AlgorithmIdentifier, Extension, Name, SubjectPublicKeyInfo } from '@peculiar/asn1-x509';

import { HvError } from '../../errors';
import { USAGES, type Purpose } from './kind';

/** Who and what a certificate is for. */
export interface Subject {
  commonName: string;
  purpose: Purpose | 'ca';
  names?: readonly string[];
  addresses?: readonly string[];
}

export interface CertificateRequest extends Subject {
  /** The public half, or the key whose public half it is. */
  key: KeyObject;
  days: number;
  now: Date;
}

/** A CA, as it signs. */
export interface SigningCa {
  certificate: X509Certificate;
  key: KeyObject;
}

const DAY_MS = 86_400_000;
/** Clocks differ, those of guests that were paused most. */
const BACKDATED_DAYS = 1;
const SERIAL_BYTES = 16;
/** Of the `pkcs-9-at-extensionRequest` attribute. */
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const COMMON_NAME = '2.5.4.3';
/** X.509's upper bound of a common name. */
const LONGEST_COMMON_NAME = 64;

/** Loaded by what makes certificates alone: to read one, Node's own is enough. */
function library() {
  return {
    ...(require('@peculiar/asn1-schema') as typeof import('@peculiar/asn1-schema')),
    ...(require('@peculiar/asn1-x509') as typeof import('@peculiar/asn1-x509')),
  };
}

/** A certificate as PEM; without a CA it signs itself. */
export function makeCertificate(request: CertificateRequest, ca?: SigningCa): string {
  const { AsnConvert, AsnSerializer, Certificate, TBSCertificate, Validity, Version } = library();
  const { key, days, now } = request;
  const issuer = ca && AsnConvert.parse(bytes(ca.certificate.raw), Certificate).tbsCertificate;
  const signingKey = ca?.key ?? key;
  const notAfter = new Date(now.getTime() + days * DAY_MS);
  const lastOfCa = ca && new Date(ca.certificate.validTo);
  const algorithm = algorithmOf(signingKey);
  const publicKey = publicKeyOf(key);
  const ownId = keyId(publicKey);
  const issuerId = issuer === undefined ? ownId : idIn(issuer.extensions ?? []);
  const content = new TBSCertificate({
    version: Version.v3,
    serialNumber: serial(),
    signature: algorithm.identifier,
    issuer: issuer?.subject ?? nameOf(request.commonName),
    validity: new Validity({
      notBefore: new Date(now.getTime() - BACKDATED_DAYS * DAY_MS),
      // Nobody would take it longer than the CA.
      notAfter: lastOfCa !== undefined && lastOfCa < notAfter ? lastOfCa : notAfter,
    }),
    subject: nameOf(request.commonName),
    subjectPublicKeyInfo: publicKey,
  });
  const { Extensions } = library();
  content.extensions = new Extensions([...extensionsFor(request, key), ...identifiers(ownId, issuerId)]);
  const signed = AsnSerializer.serialize(content);
  return pem(
    'CERTIFICATE',
    AsnSerializer.serialize(
      new Certificate({
        tbsCertificate: content,
        signatureAlgorithm: algorithm.identifier,
        signatureValue: bytes(sign(algorithm.digest, Buffer.from(signed), signingKey)),
      }),
    ),
  );
}

/** A request that somebody else signs, as PEM. It asks for the purpose and the names. */
export function makeSigningRequest(subject: Subject, key: KeyObject): string {
  const { AsnSerializer, Attribute, Extensions } = library();
  const { Attributes, CertificationRequest, CertificationRequestInfo } =
    require('@peculiar/asn1-csr') as typeof import('@peculiar/asn1-csr');
  const algorithm = algorithmOf(key);
  const extensions = AsnSerializer.serialize(new Extensions(extensionsFor(subject, key)));
  const content = new CertificationRequestInfo({
    subject: nameOf(subject.commonName),
    subjectPKInfo: publicKeyOf(key),
    attributes: new Attributes([new Attribute({ type: EXTENSION_REQUEST, values: [extensions] })]),
  });
  const signature = sign(algorithm.digest, Buffer.from(AsnSerializer.serialize(content)), key);
  return pem(
    'CERTIFICATE REQUEST',
    AsnSerializer.serialize(
      new CertificationRequest({
        certificationRequestInfo: content,
        signatureAlgorithm: algorithm.identifier,
        signature: bytes(signature),
      }),
    ),
  );
}

function extensionsFor({ purpose, names = [], addresses = [] }: Subject, key: KeyObject): Extension[] {
  const x509 = library();
  const { KeyUsageFlags: flags } = x509;
  const isCa = purpose === 'ca';
  // RSA without ephemeral keys is long gone, and some clients still ask for the flag.
  const exchange = key.asymmetricKeyType === 'rsa' ? flags.keyEncipherment : 0;
  const usage = isCa ? flags.keyCertSign | flags.cRLSign : flags.digitalSignature | exchange;
  const extensions = [
    extension(x509.id_ce_basicConstraints, new x509.BasicConstraints({ cA: isCa }), CRITICAL),
    extension(x509.id_ce_keyUsage, new x509.KeyUsage(usage), CRITICAL),
  ];
  if (!isCa) extensions.push(extension(x509.id_ce_extKeyUsage, new x509.ExtendedKeyUsage([USAGES[purpose]])));
  const alternatives = [
    ...names.map((dNSName) => new x509.GeneralName({ dNSName })),
    ...addresses.map((iPAddress) => new x509.GeneralName({ iPAddress })),
  ];
  if (alternatives.length > 0) {
    extensions.push(extension(x509.id_ce_subjectAltName, new x509.SubjectAlternativeName(alternatives)));
  }
  return extensions;
}

/** Which key signed and which was signed: so that the right one of two CAs is found. */
function identifiers(own: ArrayBuffer, issuer: ArrayBuffer | undefined): Extension[] {
  const x509 = library();
  const found = [extension(x509.id_ce_subjectKeyIdentifier, new x509.SubjectKeyIdentifier(own))];
  if (issuer !== undefined) {
    const keyIdentifier = new x509.KeyIdentifier(issuer);
    found.push(extension(x509.id_ce_authorityKeyIdentifier, new x509.AuthorityKeyIdentifier({ keyIdentifier })));
  }
  return found;
}

const CRITICAL = { critical: true };

function extension(extnID: string, value: unknown, { critical } = { critical: false }): Extension {
  const { AsnSerializer, Extension, OctetString } = library();
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnSerializer.serialize(value)) });
}

function idIn(extensions: readonly Extension[]): ArrayBuffer | undefined {
  const { AsnConvert, id_ce_subjectKeyIdentifier, SubjectKeyIdentifier } = library();
  const found = extensions.find(({ extnID }) => extnID === id_ce_subjectKeyIdentifier);
  return found && AsnConvert.parse(found.extnValue.buffer, SubjectKeyIdentifier).buffer;
}

function publicKeyOf(key: KeyObject): SubjectPublicKeyInfo {
  const { AsnConvert, SubjectPublicKeyInfo } = library();
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return AsnConvert.parse(bytes(publicKey.export({ type: 'spki', format: 'der' })), SubjectPublicKeyInfo);
}

/** As RFC 5280 proposes. */
function keyId({ subjectPublicKey }: SubjectPublicKeyInfo): ArrayBuffer {
  return bytes(createHash('sha1').update(Buffer.from(subjectPublicKey)).digest());
}

function nameOf(commonName: string): Name {
  const x509 = library();
  const value = new x509.AttributeValue({ utf8String: commonName.slice(0, LONGEST_COMMON_NAME) });
  const part = new x509.AttributeTypeAndValue({ type: COMMON_NAME, value });
  return new x509.Name([new x509.RelativeDistinguishedName([part])]);
}

interface Algorithm {
  /** Undefined: the key's kind says it. */
  digest: string | undefined;
  identifier: AlgorithmIdentifier;
}

const ECDSA: Readonly<Record<string, [digest: string, oid: string]>> = {
  prime256v1: ['sha256', '1.2.840.10045.4.3.2'],
  secp384r1: ['sha384', '1.2.840.10045.4.3.3'],
  secp521r1: ['sha512', '1.2.840.10045.4.3.4'],
};

function algorithmOf(key: KeyObject): Algorithm {
  const { AlgorithmIdentifier } = library();
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const [digest, oid] = ECDSA[details?.namedCurve ?? ''] ?? [];
  if (digest !== undefined && oid !== undefined) {
    return { digest, identifier: new AlgorithmIdentifier({ algorithm: oid }) };
  }
  if (type === 'rsa') {
    return {
      digest: 'sha256',
      identifier: new AlgorithmIdentifier({ algorithm: '1.2.840.113549.1.1.11', parameters: null }),
    };
  }
  throw new HvError({
    code: 'ERR_CERTIFICATE',
    message: `Nothing is signed here with a key of the kind ${details?.namedCurve ?? type ?? ''}`,
    hint: 'RSA, or ECDSA on P-256, P-384 or P-521',
  });
}

/** Positive, and not two the same. */
function serial(): ArrayBuffer {
  const number = randomBytes(SERIAL_BYTES);
  number[0] = ((number[0] ?? 0) & 0x7f) | 0x40;
  return bytes(number);
}

function bytes(buffer: Uint8Array): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}

function pem(label: string, content: ArrayBuffer): string {
  const lines =
    Buffer.from(content)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
