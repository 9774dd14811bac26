import type { Provisioner } from '../provisioner';
import { alpine } from './alpine';
import { boot2docker } from './boot2docker';
import { debian } from './debian';
import { fedora } from './fedora';
import { hvkit } from './hvkit';

/** Those that come with hvkit; the first that knows a system has it. */
export const PROVISIONERS: readonly Provisioner[] = [hvkit, boot2docker, debian, alpine, fedora];
