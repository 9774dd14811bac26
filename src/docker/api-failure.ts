import { HvError } from '../errors';
import type { DockerTarget } from './api';

/** What a certificate's check, or the other side's alert, is called. */
const TLS =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|INVALID_(CA|PURPOSE)|PATH_LENGTH)/;
/** Somebody took the connection and let it go: what forwards the port finds nobody behind it, yet. */
const NOT_YET = /^(ECONNRESET|EPIPE|HPE_)/;
const LONGEST_WORDS = 500;

/** Why a TLS connection is none, in words of this program; of the rest, the library's own. */
const REASONS: readonly (readonly [code: RegExp, why: string])[] = [
  [/^CERT_HAS_EXPIRED/, "the daemon's certificate, or its CA, has expired"],
  [/^CERT_NOT_YET_VALID/, "the daemon's certificate is not valid yet: compare the clocks"],
  [/^ERR_TLS_CERT_ALTNAME_INVALID/, "the daemon's certificate is for another address"],
  [/^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|INVALID_CA)/, "the daemon's certificate is of another CA"],
  [/^INVALID_PURPOSE/, "the daemon's certificate is not a server's"],
  [
    /(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_EXPIRED|UNSUPPORTED_CERTIFICATE|CERTIFICATE_UNKNOWN)/,
    'the daemon does not take the certificate of this host',
  ],
  [/(PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS)/, 'it speaks no TLS newer than 1.1'],
  [/(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)/, 'it speaks no TLS'],
];

/** What went wrong before there was an answer. */
export function failure(target: DockerTarget, error: unknown): HvError {
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  if (/^ERR_OSSL_(PEM|X509|ASN1|EVP|UNSUPPORTED)/.test(code)) {
    return new HvError({
      code: 'ERR_CERTIFICATE',
      message: `The certificates in ${target.certPath} cannot be used: ${message}`,
      hint: 'hvkit regenerate-certs',
      cause: error,
    });
  }
  if (TLS.test(code)) return untrusted(target, code, message, error);
  if (NOT_YET.test(code)) {
    return new HvError({
      code: 'ERR_DOCKER_NOT_READY',
      message: `Docker at ${target.url} does not answer: ${message}`,
      hint: 'It may still be starting; hvkit provision brings it up again.',
      cause: error,
    });
  }
  return new HvError({
    code: 'ERR_DOCKER_UNREACHABLE',
    message: `Docker at ${target.url} is not reached: ${message}`,
    hint: 'hvkit status tells whether the machine runs; hvkit provision brings its Docker up again.',
    cause: error,
  });
}

/** An answer that is none of a good one. */
export function refused({ url, tlsVerify }: DockerTarget, status: number, text: string): HvError {
  const words = wordsIn(text);
  if (!tlsVerify && /HTTP request to an HTTPS server/i.test(words)) {
    return new HvError({
      code: 'ERR_DOCKER_TLS',
      message: `Docker at ${url} answers over TLS alone`,
      hint: 'It has to be asked with the certificates of this host.',
    });
  }
  return new HvError({
    code: status >= 500 ? 'ERR_DOCKER_NOT_READY' : 'ERR_DOCKER_REFUSED',
    message: `Docker at ${url} answered with ${status}${words === '' ? '' : `: ${words}`}`,
  });
}

export function late({ url }: DockerTarget, timeoutMs: number, isConnected: boolean): HvError {
  const seconds = `${Math.round(timeoutMs / 100) / 10} s`;
  return isConnected
    ? new HvError({
        code: 'ERR_DOCKER_NOT_READY',
        message: `Docker at ${url} took the connection, and did not answer within ${seconds}`,
        hint: 'It may still be starting.',
      })
    : new HvError({
        code: 'ERR_DOCKER_UNREACHABLE',
        message: `Docker at ${url} is not reached: no connection within ${seconds}`,
        hint: 'hvkit status tells whether the machine runs.',
      });
}

export function stopped({ url }: DockerTarget, signal: AbortSignal): HvError {
  return new HvError({
    code: 'ABORT_ERR',
    message: `The question to Docker at ${url} was aborted`,
    cause: signal.reason,
  });
}

function untrusted({ url }: DockerTarget, code: string, message: string, cause: unknown): HvError {
  const [, why] =
    REASONS.find(([pattern]) => pattern.test(code) || pattern.test(message.toUpperCase().replaceAll(' ', '_'))) ?? [];
  return new HvError({
    code: 'ERR_DOCKER_TLS',
    message: `Docker at ${url} is not trusted: ${why ?? message}`,
    hint: 'hvkit regenerate-certs makes its certificate anew.',
    cause,
  });
}

/** Docker says why as `{"message": "..."}`. */
function wordsIn(text: string): string {
  let words = text;
  try {
    const { message } = (JSON.parse(text) ?? {}) as { message?: unknown };
    if (typeof message === 'string') words = message;
  } catch (error) {
    // Somebody else than Docker: their text as it is.
    if (!(error instanceof SyntaxError)) throw error;
  }
  return words
    .replaceAll(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, LONGEST_WORDS);
}
