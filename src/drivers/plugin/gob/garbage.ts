import { HvError } from '../../../errors';

/** What no program that speaks gob would say. */
export function garbage(what: string): HvError {
  return new HvError({
    code: 'ERR_PLUGIN_PROTOCOL',
    message: `The driver's program does not speak the protocol of docker-machine's drivers: it sent ${what}`,
    hint: 'Is it one for docker-machine? Its own documentation tells.',
  });
}
