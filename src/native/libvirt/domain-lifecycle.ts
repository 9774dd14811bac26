import { DomainConsole } from './domain-console';
import type {
  DomainCreateFlags,
  DomainDestroyFlagsValues,
  DomainLifecycle as LifecycleMoment,
  DomainLifecycleAction,
  DomainModificationImpact,
  DomainRebootFlagValues,
  DomainShutdownFlagValues,
  DomainState,
  DomainUndefineFlagsValues,
  NodeSuspendTarget,
} from './enums';
import type { DomainControlInfo, DomainInfo } from './binding-types';
import { truthOf } from './options';

/** How a domain comes up and goes down. */
export abstract class DomainLifecycle extends DomainConsole {
  /** `reason` is the Domain…Reason of the state, such as DomainShutoffReason. */
  async state(): Promise<{ state: DomainState; reason: number }> {
    const [state, reason] = await this.call('virDomainGetState', 0);
    return { state, reason };
  }

  async info(): Promise<DomainInfo> {
    return this.call('virDomainGetInfo');
  }

  /** What libvirt itself is busy with: a domain whose control is occupied answers no other call. */
  async controlInfo(): Promise<DomainControlInfo> {
    return this.call('virDomainGetControlInfo', 0);
  }

  /** Whether there is a machine: running, paused, shutting down, ... */
  async isActive(): Promise<boolean> {
    return (await this.call('virDomainIsActive')) === 1;
  }

  /** Whether its definition stays when it stops. */
  async isPersistent(): Promise<boolean> {
    return (await this.call('virDomainIsPersistent')) === 1;
  }

  /** Whether it was changed since it started. */
  async isUpdated(): Promise<boolean> {
    return (await this.call('virDomainIsUpdated')) === 1;
  }

  /** Starts a defined domain, from its managed save if there is one. Resolves when it runs, long before its system is up. */
  async create(flags: DomainCreateFlags = 0): Promise<void> {
    await this.call('virDomainCreateWithFlags', flags);
  }

  /** Asks the guest to power itself off, and does not wait for it: it may take its time, or refuse. */
  async shutdown(flags: DomainShutdownFlagValues = 0): Promise<void> {
    await this.call('virDomainShutdownFlags', flags);
  }

  /** Asks the guest to restart itself, and does not wait for it. */
  async reboot(flags: DomainRebootFlagValues = 0): Promise<void> {
    await this.call('virDomainReboot', flags);
  }

  /** The reset button: the guest loses what it had not written. */
  async reset(flags = 0): Promise<void> {
    await this.call('virDomainReset', flags);
  }

  /** Pulls the plug. The definition of a persistent domain stays; a transient one is gone. */
  async destroy(flags: DomainDestroyFlagsValues = 0): Promise<void> {
    await this.call('virDomainDestroyFlags', flags);
  }

  /** Stops its CPUs. Memory stays where it is. */
  async suspend(): Promise<void> {
    await this.call('virDomainSuspend');
  }

  async resume(): Promise<void> {
    await this.call('virDomainResume');
  }

  /** The guest's own sleep, to memory or to disk; `seconds` until it is woken, 0 for never. */
  async pmSuspend(target: NodeSuspendTarget, seconds: bigint | number = 0, flags = 0): Promise<void> {
    await this.call('virDomainPMSuspendForDuration', target, seconds, flags);
  }

  /** Ends the guest's own sleep. */
  async pmWakeup(flags = 0): Promise<void> {
    await this.call('virDomainPMWakeup', flags);
  }

  /** Removes the definition; a running domain becomes transient. What else is to go, such as NVRAM, the flags say. */
  async undefine(flags: DomainUndefineFlagsValues | 0 = 0): Promise<void> {
    await this.call('virDomainUndefineFlags', flags);
  }

  /** Whether it starts with the host's libvirt. */
  async autostart(): Promise<boolean> {
    return (await this.call('virDomainGetAutostart')) === 1;
  }

  async setAutostart(autostart: boolean): Promise<void> {
    await this.call('virDomainSetAutostart', truthOf(autostart, 'autostart'));
  }

  /** What libvirt does when the guest powers off, reboots or crashes. */
  async setLifecycleAction(
    moment: LifecycleMoment,
    action: DomainLifecycleAction,
    flags: DomainModificationImpact = 0,
  ): Promise<void> {
    await this.call('virDomainSetLifecycleAction', moment, action, flags);
  }
}
