import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { LabHome } from '../machines/lab-home.mjs';
import { CLIENT_FILES } from './certificates.mjs';

/** A home with a machine of the driver none for each URL, with the client's certificates of the folder. */
export function homeOf(bench, urls, certificates) {
  const home = new LabHome(bench);
  const [first] = urls;
  home.hvkit('create', 'host1', '--driver', 'none', '--url', first);
  const like = home.record('host1');
  for (const [index, url] of urls.entries()) {
    const name = `host${index + 1}`;
    const folder = join(home.path, 'machines', name);
    const record = { ...like, name, spec: { ...like.spec, options: { url } }, plan: { url } };
    if (url !== first) {
      mkdirSync(folder, { mode: 0o700 });
      writeFileSync(join(folder, 'machine.json'), JSON.stringify({ ...record, uuid: crypto.randomUUID() }), {
        mode: 0o600,
      });
    }
    for (const file of CLIENT_FILES) copyFileSync(join(certificates, file), join(folder, file));
  }
  return home.path;
}
