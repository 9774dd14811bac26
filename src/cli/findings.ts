import type { Finding } from '../index';
import { messageOf } from './report';

/** `dev: the disk is missing`, and what to try. */
export function describeFinding({ machine, message, hint, error, mended }: Finding): string {
  const whose = machine === undefined || message.includes(machine) ? '' : `${machine}: `;
  const outcome = mended === undefined ? '' : mended ? ' (mended)' : ' (not mended)';
  const lines = [`${whose}${message}${outcome}`];
  if (error !== undefined && !message.includes(messageOf(error))) lines.push(`  ${messageOf(error)}`);
  if (hint !== undefined && mended !== true) lines.push(`  Try: ${hint}`);
  return lines.join('\n');
}
