import { template } from '../template';
import type { Fields } from '../template/value';
import { aligned } from './columns';
import { HEADINGS } from './item';

/** docker-machine's own. */
export const COLUMNS =
  'table {{.Name}}\\t{{.Active}}\\t{{.DriverName}}\\t{{.State}}\\t{{.URL}}\\t{{.Swarm}}\\t{{.DockerVersion}}\\t{{.Error}}';

const TABLE = 'table';

export interface ItemFormat {
  /** What of a Docker host it is about; undefined: nothing. */
  asks: 'url' | 'version' | undefined;
  /** A line for each; under headings if it is a table. */
  print(items: readonly Fields[]): string;
}

/** `--format` of ls: a template for each machine. `table` in front of it adds headings and aligns what stands between tabs. */
export function itemFormat(format: string): ItemFormat {
  const isTable = format.startsWith(TABLE);
  const line = (isTable ? format.slice(TABLE.length) : format).replaceAll(/^ +| +$/g, '');
  const filled = template(`${line.replaceAll('\\t', '\t').replaceAll('\\n', '\n')}\n`);
  const options = { missing: 'error' } as const;
  return {
    asks: askedIn(line),
    print: (items) => {
      const text = [...(isTable ? [HEADINGS] : []), ...items].map((item) => filled.execute(item, options)).join('');
      return isTable ? aligned(text) : text;
    },
  };
}

function askedIn(line: string): ItemFormat['asks'] {
  // Where all of it is printed, or handed on, that is among it.
  if (/DockerVersion|Error|ResponseTime|[\s(|{][.$][\s)|}]/.test(line)) return 'version';
  return /URL|Active/.test(line) ? 'url' : undefined;
}
