import type { DriverContext, Health } from '../driver';
import { chooseTarget } from './choose';
import { Connections } from './connections';

/** Whether machines can be made here, and if not: what is missing, and the command that mends it. */
export async function health(context: DriverContext): Promise<Health> {
  const connections = new Connections();
  try {
    await chooseTarget(undefined, connections, context);
    return { installed: true, healthy: true };
  } catch (error) {
    return { installed: false, healthy: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    await connections.close();
  }
}
