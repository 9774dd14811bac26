import { createHash } from 'node:crypto';

import { HvError } from '../errors';
import { readYaml } from '../yaml';

export const CLOUD_CONFIG = '#cloud-config';
/** What begins so, cloud-init renders before it looks at what it is. */
export const JINJA = '## template: jinja';

/** How what cloud-init takes begins. It finds out by itself which of them a part is. */
const KINDS = [CLOUD_CONFIG, '#!', '#include', '#cloud-boothook', '#part-handler', '#upstart-job', JINJA];
const MULTIPART = /^(?:content-type:\s*multipart\/|mime-version:)/i;

/** One text for cloud-init out of the user's own and hvkit's, in this order: what comes later says how it is merged. */
export function besideTheirs(theirs: string | undefined, ours: readonly string[]): string {
  if (theirs !== undefined) check(theirs);
  const parts = [
    ...(theirs === undefined ? [] : [MULTIPART.test(theirs) ? theirs : mimePart('text/plain', theirs)]),
    ...ours.map((text) => mimePart(text.startsWith(JINJA) ? 'text/jinja2' : 'text/cloud-config', text)),
  ];
  // A boundary that no part can hold, and that is the same for the same parts.
  const boundary = `hvkit-${createHash('sha256').update(parts.join('')).digest('hex').slice(0, 32)}`;
  return [
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    'MIME-Version: 1.0',
    '',
    ...parts.flatMap((part) => [`--${boundary}`, part]),
    `--${boundary}--`,
    '',
  ].join('\n');
}

function mimePart(type: string, text: string): string {
  const lines =
    Buffer.from(text)
      .toString('base64')
      .match(/.{1,76}/g) ?? [];
  return [`Content-Type: ${type}; charset="utf-8"`, 'Content-Transfer-Encoding: base64', '', ...lines, ''].join('\n');
}

/** What cloud-init would only warn of, in a log inside of the guest. */
function check(userData: string): void {
  if (userData.trim() === '') throw wrong('it is empty');
  if (/^#![^\n]*\r\n/.test(userData)) {
    throw wrong(
      'its lines end as on Windows, and the program of its first line would not be found',
      "sed -i 's/\\r$//' FILE",
    );
  }
  if (!MULTIPART.test(userData) && !KINDS.some((kind) => userData.startsWith(kind))) {
    throw wrong(`its first line tells cloud-init nothing: ${JSON.stringify(userData.split('\n')[0]?.slice(0, 80))}`);
  }
  if (!/^#cloud-config\s/.test(userData)) return;
  const yaml = readYaml(userData, { version: '1.1' });
  if ('problem' in yaml) throw wrong(`it is not YAML: ${yaml.problem}`);
  const { isMap } = require('yaml') as typeof import('yaml');
  const { contents } = yaml.document;
  if (contents !== null && !isMap(contents)) {
    throw wrong('a #cloud-config must be a mapping, `key: value`');
  }
}

function wrong(why: string, hint = 'It begins with #cloud-config, or with #! for a script.'): HvError {
  return new HvError({
    code: 'ERR_USER_DATA',
    message: `The user data cannot be given to the guest: ${why}`,
    hint,
  });
}
