import assert from 'node:assert/strict';

import type { Driver, DriverDefinition, DriverMachine } from '../drivers/driver';
import { HvError } from '../errors';
import type { CreateRequest } from '../machines/request';
import type { Properties, Resource, Step } from '../resources/resource';
import type { Subject } from './subject';

/** What the suite itself makes fail. */
const PLANNED = 'planned by the test';

/** Changes what a resource does, by its position among the machine's resources. */
type Change = (resource: Resource, position: number) => Partial<Pick<Resource, 'create' | 'delete'>>;

/** A driver whose resources are changed, and whose machines do not start: making one ends there, and is taken back. */
export function neverStarting(definition: DriverDefinition, change: Change): DriverDefinition {
  return changed(definition, change, () => Promise.reject(planned('start')));
}

/** The same, of machines that start. */
export function starting(definition: DriverDefinition, change: Change): DriverDefinition {
  return changed(definition, change, undefined);
}

/** Fails once its work is done: so it is when the process dies before it could record it. */
export function failingAfter<A extends unknown[], T>(work: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  return async (...args) => {
    await work(...args);
    throw planned('step');
  };
}

/** Does everything twice, as after a crash, and looks in between. */
export function doubled(resource: Resource): Pick<Resource, 'create' | 'delete'> {
  const { id, kind } = resource;
  // What others need as well is there before, and stays.
  const isGone = async (step: Step): Promise<boolean> =>
    resource.shared === true || (await resource.read(knowing(step, id, undefined))) === undefined;
  return {
    create: async (step) => {
      assert.ok(await isGone(step), `the ${kind} is there before it was made`);
      const first = await resource.create(step);
      // The process died before it could record the first.
      const second = await resource.create(step);
      assert.deepEqual(plain(second), plain(first), `the ${kind} is another one when it is made again`);
      const found = await resource.read(knowing(step, id, second));
      assert.ok(found !== undefined, `the ${kind} was made, and is not there`);
      assert.deepEqual(plain(found), plain(second), `the ${kind} is not found as it was made`);
      return second;
    },
    delete: async (step) => {
      await resource.delete(step);
      await resource.delete(step);
      assert.ok(await isGone(step), `the ${kind} is there after it was deleted`);
    },
  };
}

/** A step to which this is recorded of its resource. */
function knowing(step: Step, id: string, properties: Properties | undefined): Step {
  return {
    ...step,
    recorded: (other) => (other === id ? properties : step.recorded(other)),
    note: (more) => step.note(more),
    progress: (message, fraction) => {
      step.progress(message, fraction);
    },
  };
}

/** Of several failures at once each has to be one. */
export function isPlanned(error: unknown): boolean {
  if (!HvError.is(error)) return false;
  if (error.cause instanceof AggregateError) return error.cause.errors.every(isPlanned);
  return error.message.endsWith(PLANNED);
}

/** Making a machine with this driver fails, and as it was meant to. */
export async function assertFailsAsPlanned(
  subject: Subject,
  definition: DriverDefinition,
  more: Partial<CreateRequest> = {},
): Promise<void> {
  await using hvkit = subject.open(definition);
  await assert.rejects(hvkit.create(subject.request(undefined, more)), (error) => {
    // What an expectation found wrong on the way says so itself.
    if (!isPlanned(error)) throw error;
    return true;
  });
}

function planned(what: string): HvError {
  return new HvError({ code: 'ERR_RESOURCE', message: `This ${what} fails: ${PLANNED}` });
}

/** As it comes back from a machine's file. */
function plain(properties: Properties): unknown {
  return JSON.parse(JSON.stringify(properties));
}

function changed(definition: DriverDefinition, change: Change, start: Driver['start'] | undefined): DriverDefinition {
  return {
    ...definition,
    options: definition.options,
    create: (context) => {
      const driver = definition.create(context);
      const resources = (machine: DriverMachine): Resource[] =>
        driver.resources(machine).map((resource, position) => changedResource(resource, change(resource, position)));
      return new Proxy(driver, {
        get: (target, name) => {
          if (name === 'resources') return resources;
          if (name === 'start' && start) return start;
          const member: unknown = Reflect.get(target, name, target);
          // Private members are the driver's own, and not the proxy's.
          return typeof member === 'function' ? (member.bind(target) as unknown) : member;
        },
      });
    },
  };
}

function changedResource(resource: Resource, change: ReturnType<Change>): Resource {
  const { id, kind, parents, shared } = resource;
  return {
    id,
    kind,
    parents,
    ...(shared && { shared }),
    create: (step) => resource.create(step),
    read: (step) => resource.read(step),
    ...(resource.update && { update: resource.update.bind(resource) }),
    delete: (step) => resource.delete(step),
    ...change,
  };
}
