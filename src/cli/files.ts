import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';

import { UsageError } from './report';

/** A file that an option names. Without the mark that editors of Windows put in front. */
export function readText(option: string, path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(`${option}: ${path} cannot be read: ${whyOf(error as Error)}`, 'name a file that can be read');
  }
  if (!isUtf8(bytes)) {
    throw new UsageError(`${option}: ${path} is no text: its bytes are not UTF-8`, 'name a file of text');
  }
  return new TextDecoder().decode(bytes);
}

/** `no such file or directory`, of what Node says around it. */
function whyOf({ message }: Error): string {
  return message.replace(/^E[A-Z0-9]+: /, '').replace(/, [a-z]+(?: '.*')?$/s, '');
}
