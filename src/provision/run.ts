import { HvError } from '../errors';
import { PROVISIONERS } from './families/index';
import type { Host } from './host';
import { parseOsRelease, type OsRelease } from './os-release';
import type { Hooks, ProvisionContext, Provisioner, Step } from './provisioner';

/** Where systems say what they are. The first is a link to the second, where it is not lost. */
const OS_RELEASE = ['/etc/os-release', '/usr/lib/os-release'];

export interface ProvisionOptions {
  /** The users' own: asked before those that come with hvkit. */
  provisioners?: readonly Provisioner[];
  hooks?: readonly Hooks[];
  /** Told of each step as it begins. */
  onStep?: (step: Step) => void;
  signal?: AbortSignal;
}

/** What the machine's system is, and who knows it. */
export interface Detected {
  os: OsRelease;
  provisioner: Provisioner;
}

export async function detect(host: Host, own: readonly Provisioner[] = []): Promise<Detected> {
  const os = await osOf(host);
  const provisioner = [...own, ...PROVISIONERS].find((each) => each.detects(os));
  if (provisioner) return { os, provisioner };
  throw new HvError({
    code: 'ERR_NO_PROVISIONER',
    message: `hvkit makes no Docker host of this system: ${os.prettyName} (ID=${os.id})`,
    hint: 'Another image, such as --image docker or debian; or a provisioner of your own: the setting provisioners.',
  });
}

/** Does one step after the other. The first that fails ends it; done again, it goes on from there. */
export async function perform(
  host: Host,
  steps: readonly Step[],
  context: ProvisionContext,
  { hooks = [], onStep, signal }: ProvisionOptions,
): Promise<void> {
  for (const step of steps) {
    signal?.throwIfAborted();
    onStep?.(step);
    try {
      for (const { before } of hooks) await before?.(step, host, context);
      await step.run(host);
      for (const { after } of hooks) await after?.(step, host, context);
    } catch (error) {
      throw inStep(step, context, error);
    }
  }
}

async function osOf(host: Host): Promise<OsRelease> {
  for (const path of OS_RELEASE) {
    const text = await host.read(path);
    if (text !== undefined) return parseOsRelease(text);
  }
  throw new HvError({
    code: 'ERR_NO_PROVISIONER',
    message: 'The machine does not say which system it has: there is no /etc/os-release',
    hint: 'A provisioner of your own can make a Docker host of it: the setting provisioners.',
  });
}

/** What of ssh fails, or is aborted, is no failure of the step's. */
function inStep({ title }: Step, { machine }: ProvisionContext, error: unknown): unknown {
  if (!(error instanceof Error) && !HvError.is(error)) return error;
  const code = HvError.is(error) ? error.code : 'ERR_PROVISION';
  if (!code.startsWith('ERR_PROVISION')) return error;
  return new HvError({
    code,
    message: `The machine "${machine.name}" did not become a Docker host, ${title}: ${error.message}`,
    hint: HvError.is(error) && error.hint !== undefined ? error.hint : `hvkit provision ${machine.name} tries again.`,
    cause: error,
  });
}
