/** `hvkit/testing`: the life of machines as every driver has to give it, as tests for any runner. See docs/drivers.md. */

export { lifecycleSuite } from './suite';
export type { LifecycleSuite, Runner } from './options';
