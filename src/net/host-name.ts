/** A machine's name is its guest's host name: docker-machine's rule, and the longest that a label may be. */
export const HOST_NAME = /^[a-zA-Z0-9][a-zA-Z0-9\-.]*$/;
export const LONGEST_HOST_NAME = 63;

export function isHostName(name: string): boolean {
  return name.length <= LONGEST_HOST_NAME && HOST_NAME.test(name);
}
