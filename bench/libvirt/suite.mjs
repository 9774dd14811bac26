import { execFileSync } from 'node:child_process';

import { callAims, callSections, measureCalls } from './calls.mjs';
import { compile, PYTHON } from './contenders.mjs';
import { library } from './domains.mjs';
import { eventAims, eventSections, measureEvents } from './events.mjs';
import { measureMemory, memorySections } from './memory.mjs';
import { countRequests, requestAims, requestSections } from './requests.mjs';

/** A libvirtd of its own, in namespaces of its own. */
export const within = ['test/lab/run'];

export function versions(bench) {
  const python = 'import libvirt, sys; print(sys.version.split()[0], libvirt.__file__ and libvirt.getVersion())';
  const [pythonVersion] = execFileSync(PYTHON, ['-c', python], { encoding: 'utf8' }).split(' ');
  const compiler = execFileSync('cc', ['--version'], { encoding: 'utf8' }).split('\n')[0];
  return { libvirt: library(bench).libraryVersion(), Python: pythonVersion, 'C compiler': compiler };
}

export async function run(bench) {
  compile(bench);
  const calls = await measureCalls(bench);
  const events = await measureEvents(bench);
  const requests = await countRequests(bench);
  const memory = await measureMemory(bench);
  return {
    title: 'What libvirt costs from JavaScript',
    introduction:
      'The same work through hvkit, in a C program, through libvirt-python, through koffi (the C functions called ' +
      'with no binding between: *blocking* stops all of JavaScript for as long as the call takes, *thread pool* takes ' +
      "one of libuv's four threads) and by running virsh and reading what it prints.\n\n" +
      'Programs that listen to events have an event loop of libvirt in a thread of its own, which takes part in every ' +
      'call on a socket: hvkit always has it, C and Python are measured with it and without.',
    aims: [...callAims(calls), ...requestAims(requests), ...eventAims(events)],
    sections: [
      ...callSections(calls),
      ...eventSections(events),
      ...requestSections(requests),
      ...memorySections(memory),
    ],
  };
}
