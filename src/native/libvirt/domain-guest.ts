import type { DomainFSInfo, ParameterValues, TypedParameters } from './binding-types';
import { DomainInterfaces } from './domain-interfaces';
import {
  KeycodeSet,
  type DomainAgentResponseTimeoutValues,
  type DomainAuthorizedSSHKeysSetFlags,
  type DomainGetHostnameFlags,
  type DomainGuestInfoTypes,
  type DomainProcessSignal,
  type DomainQemuAgentCommandTimeoutValues,
  type DomainQemuMonitorCommandFlags,
  type DomainSetTimeFlags,
  type DomainSetUserPasswordFlags,
} from './enums';
import { optionsOf } from './options';

/** Since 1970, UTC. */
export interface DomainTime {
  seconds: bigint;
  nanoseconds: number;
}

/** What goes on inside of the guest. Most of it is asked of the agent that runs there, and fails without one. */
export abstract class DomainGuest extends DomainInterfaces {
  async hostname(flags: DomainGetHostnameFlags | 0 = 0): Promise<string> {
    return this.call('virDomainGetHostname', flags);
  }

  /** Users, system, time zone, disks, ...: libvirt's names, such as `os.name` or `user.0.name`; 0 is all. */
  async guestInfo(types: DomainGuestInfoTypes | 0 = 0, flags = 0): Promise<ParameterValues> {
    return this.call('virDomainGetGuestInfo', types, flags);
  }

  /** The guest's mounted file systems. */
  async fsInfo(flags = 0): Promise<DomainFSInfo[]> {
    return this.call('virDomainGetFSInfo', flags);
  }

  /** Makes file systems consistent on disk and holds them so; all, unless mount points are named. Resolves with how many. */
  async fsFreeze(mountpoints: readonly string[] = [], flags = 0): Promise<number> {
    return this.call('virDomainFSFreeze', mountpoints, flags);
  }

  async fsThaw(mountpoints: readonly string[] = [], flags = 0): Promise<number> {
    return this.call('virDomainFSThaw', mountpoints, flags);
  }

  /** Gives free blocks back to the host: all file systems or one, pieces of `minimum` bytes or more. */
  async fsTrim(options: { mountpoint?: string; minimum?: bigint | number; flags?: number } = {}): Promise<void> {
    const known = { mountpoint: true, minimum: true, flags: true } as const;
    const { mountpoint = null, minimum = 0, flags = 0 } = optionsOf(options, known);
    await this.call('virDomainFSTrim', mountpoint, minimum, flags);
  }

  async time(flags = 0): Promise<DomainTime> {
    const [seconds, nanoseconds] = await this.call('virDomainGetTime', flags);
    return { seconds, nanoseconds };
  }

  /** With the flag SYNC the guest reads its clock anew, and the time given is not used. */
  async setTime(time: DomainTime, flags: DomainSetTimeFlags | 0 = 0): Promise<void> {
    const { seconds, nanoseconds } = optionsOf(time, { seconds: true, nanoseconds: true });
    await this.call('virDomainSetTime', seconds, nanoseconds, flags);
  }

  async setUserPassword(user: string, password: string, flags: DomainSetUserPasswordFlags | 0 = 0): Promise<void> {
    await this.call('virDomainSetUserPassword', user, password, flags);
  }

  /** The lines of the user's authorized_keys. libvirt 6.10 and newer. */
  async authorizedSshKeys(user: string, flags = 0): Promise<string[]> {
    return this.call('virDomainAuthorizedSSHKeysGet', user, flags);
  }

  /** Replaces the user's keys; with APPEND adds to them, with REMOVE takes these away. libvirt 6.10 and newer. */
  async setAuthorizedSshKeys(
    user: string,
    keys: readonly string[],
    flags: DomainAuthorizedSSHKeysSetFlags | 0 = 0,
  ): Promise<void> {
    await this.call('virDomainAuthorizedSSHKeysSet', user, keys, flags);
  }

  /** How many seconds any call that needs the agent waits for it. */
  async agentSetResponseTimeout(seconds: DomainAgentResponseTimeoutValues | number, flags = 0): Promise<void> {
    await this.call('virDomainAgentSetResponseTimeout', seconds, flags);
  }

  /** QEMU: a JSON command for the agent, answered in JSON. `seconds`, or a DomainQemuAgentCommandTimeoutValues. */
  async agentCommand(
    command: string,
    seconds: DomainQemuAgentCommandTimeoutValues | number,
    flags = 0,
  ): Promise<string> {
    return this.call('virDomainQemuAgentCommand', command, seconds, flags);
  }

  /** QEMU: a JSON command for its monitor, or with HMP one for people. The domain then counts as tainted. */
  async monitorCommand(command: string, flags: DomainQemuMonitorCommandFlags = 0): Promise<string> {
    return this.call('virDomainQemuMonitorCommand', command, flags);
  }

  /** Presses keys together and, after `holdMs`, lets them go: codes of the set, Linux's own unless told. */
  async sendKey(
    keys: readonly number[],
    options: { codeset?: KeycodeSet; holdMs?: number; flags?: number } = {},
  ): Promise<void> {
    const known = { codeset: true, holdMs: true, flags: true } as const;
    const { codeset = KeycodeSet.LINUX, holdMs = 0, flags = 0 } = optionsOf(options, known);
    await this.call('virDomainSendKey', codeset, holdMs, keys, flags);
  }

  /** A non-maskable interrupt: many systems write a crash dump then. */
  async injectNmi(flags = 0): Promise<void> {
    await this.call('virDomainInjectNMI', flags);
  }

  /** To a process of a container. */
  async sendProcessSignal(pid: bigint | number, signal: DomainProcessSignal, flags = 0): Promise<void> {
    await this.call('virDomainSendProcessSignal', pid, signal, flags);
  }

  /** Of an encrypted guest: the measurement of what it was started with. TypedParam.DOMAIN_LAUNCH_SECURITY_*. */
  async launchSecurityInfo(flags = 0): Promise<ParameterValues> {
    return this.call('virDomainGetLaunchSecurityInfo', flags);
  }

  /** Gives an encrypted guest its secret before it starts. libvirt 8.0 and newer. */
  async setLaunchSecurityState(params: TypedParameters, flags = 0): Promise<void> {
    await this.call('virDomainSetLaunchSecurityState', params, flags);
  }
}
