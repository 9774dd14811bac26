export { HvError, type HvErrorInit } from './errors';
export * as libvirt from './native/libvirt/index';
