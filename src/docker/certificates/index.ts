export {
  Authority,
  openAuthority,
  rotateAuthority,
  type AuthorityOptions,
  type ClientRequest,
  type Issued,
  type ServerRequest,
} from './authority';
export { inspect, type CertificateInfo } from './inspect';
export type { Purpose } from './kind';
export { certificateProblem, type CertificateCheck } from './problem';
export type { AuthorityFiles } from './shelf';
export {
  functionSigner,
  programSigner,
  type Signer,
  type SigningFunction,
  type SigningProgram,
  type SigningTask,
} from './signer';
