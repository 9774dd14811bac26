import { InvalidArgumentError, Option, type Command } from 'commander';

import type { DriverOption, Json } from '../index';
import type { Context } from './context';
import { early } from './early';

const GROUP = "The driver's own options:";

/** What was given by the driver's flags, in the driver's own names. */
export type ReadFlags = (given: Readonly<Record<string, unknown>>) => Record<string, Json>;

/**
 * Adds the flags of the driver that the arguments name, else of the default one; only where one of them may be meant, for
 * they cost the loading of the driver.
 */
export async function addDriverFlags(command: Command, context: Context): Promise<ReadFlags> {
  const { argv = [] } = context;
  const { driver, flags } = early(argv);
  const known = new Set([...command.options, ...(command.parent?.options ?? [])].map(({ long }) => long));
  const needed = flags.some((flag) => !known.has(flag)) || argv.includes('-h') || argv.includes('help');
  const options = needed ? await context.hvkit.driverOptions(driver) : [];
  for (const flag of options.flatMap(flagsOf)) command.addOption(flag);
  return (given) =>
    Object.fromEntries(
      options.flatMap((option) => {
        const value = given[new Option(option.flag).attributeName()];
        return value === undefined ? [] : [[option.name, value as Json]];
      }),
    );
}

/** The library knows the defaults, and where else a value may come from: they are said, and not given. */
export function flagsOf(option: DriverOption): Option[] {
  const { flag, type, description, variable, choices, default: preset } = option;
  const words = `${description} (${preset === undefined ? '' : `default: ${typeof preset === 'string' ? preset : JSON.stringify(preset)}; `}${variable})`;
  if (type === 'boolean') {
    const yes = new Option(flag, words).helpGroup(GROUP);
    const no = new Option(flag.replace('--', '--no-'), words).helpGroup(GROUP);
    // Both are there, since a setting may turn the default round; one is enough to read of.
    return [yes.hideHelp(preset === true), no.hideHelp(preset !== true)];
  }
  const valued = new Option(`${flag} <${type === 'number' ? 'number' : 'value'}>`, words).helpGroup(GROUP);
  if (type === 'number') return [valued.argParser(number)];
  // Given again, it is one more.
  if (type === 'list') return [valued.argParser((value, before?: string[]) => [...(before ?? []), value])];
  return [choices === undefined ? valued : valued.choices(choices)];
}

function number(text: string): number {
  if (text.trim() === '' || Number.isNaN(Number(text))) throw new InvalidArgumentError('It must be a number.');
  return Number(text);
}
