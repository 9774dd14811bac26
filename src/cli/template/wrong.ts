import { UsageError } from '../report';

/** What a template says cannot be read, or does not fit what it is about. */
export function wrong(message: string, line?: number): UsageError {
  const where = line === undefined ? '' : `line ${line}: `;
  return new UsageError(`template: ${where}${message}`, "a template such as '{{.Name}}: {{.State}}'");
}
