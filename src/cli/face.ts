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
}

export const FACES: Readonly<Record<FaceName, Face>> = {
  hvkit: {
    name: 'hvkit',
    description: 'Local virtual machines: made, run, reached and removed.',
    makesDockerHosts: false,
    usageStatus: 2,
  },
  'docker-machine': {
    name: 'docker-machine',
    description: 'Create and manage machines running Docker.',
    // The last one that there was.
    standsFor: '0.16.2',
    makesDockerHosts: true,
    usageStatus: 1,
  },
};
