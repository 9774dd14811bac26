import { CATALOGUE } from './catalogue';

/** As what the command line shows itself: by the name of the program that was called. */
export type FaceName = 'hvkit' | 'docker-machine';

export interface Face {
  name: FaceName;
  description: string;
  /** Said by `version`, in front of hvkit's own. */
  standsFor?: string;
  /** Of what is made, unless somebody says otherwise. */
  makesDockerHosts: boolean;
  /** Where hvkit tells wrong usage apart, docker-machine's scripts know one failure. */
  usageStatus: 1 | 2;
  /** Options are read as Go reads them: `-driver` is `--driver`. */
  readsAsGo: boolean;
  /** Its words for a command that is given more than it takes; without them, hvkit's. */
  tooMany?: Readonly<Record<string, string>>;
}

const ONE_MACHINE = 'Expected one machine name as an argument';

export const FACES: Readonly<Record<FaceName, Face>> = {
  hvkit: {
    name: 'hvkit',
    description: 'Local virtual machines: made, run, reached and removed.',
    makesDockerHosts: false,
    usageStatus: 2,
    readsAsGo: false,
  },
  'docker-machine': {
    name: 'docker-machine',
    description: 'Create and manage machines running Docker.',
    // The last one that there was.
    standsFor: '0.16.2',
    makesDockerHosts: true,
    usageStatus: 1,
    readsAsGo: true,
    tooMany: {
      active: 'Too many arguments given',
      config: ONE_MACHINE,
      env: ONE_MACHINE,
      inspect: ONE_MACHINE,
      mount: 'Improper number of arguments',
      status: ONE_MACHINE,
      version: ONE_MACHINE,
    },
  },
};

/** hvkit's name in front of one of its commands; in front of anything else hvkit itself is meant. */
const COMMAND = new RegExp(`\\bhvkit (?=-|(?:${CATALOGUE.map(({ name }) => name).join('|')})\\b(?! \\d))`, 'g');

/** Words for people, in which commands are called as they were typed: all that hints at one says `hvkit`. */
export function asTyped(text: string, { name }: Pick<Face, 'name'>): string {
  return name === 'hvkit' ? text : text.replaceAll(COMMAND, `${name} `);
}
