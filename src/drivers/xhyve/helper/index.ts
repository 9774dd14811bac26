export { macOf, releaseLeases, requireAnswer } from './client';
export { HELPER, isInstalled, requireSafe, type HelperPlace } from './place';
