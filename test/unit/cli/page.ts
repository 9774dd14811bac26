import type { EventEmitter } from 'node:events';
import { constants } from 'node:os';

import type { Argument, Command, Option } from 'commander';

import { CATALOGUE } from '../../../src/cli/catalogue';
import { Context } from '../../../src/cli/context';
import { examplesOf } from '../../../src/cli/examples';
import { wholeProgram } from '../../../src/cli/program';

const INTRODUCTION = `# The command line

Written by \`npm run docs\` from the commands themselves: change those, not this page.

\`hvkit --help\` lists all commands, \`hvkit COMMAND --help\` tells what one takes. A command that deals with one machine deals
with the one called \`default\` if none is named; \`create\`, \`rm\` and \`exec\` want a name.

- What was asked for goes to standard output, everything else (progress, warnings, errors) to standard error. Without a terminal,
  or with \`NO_COLOR\`, \`CI\` or \`TERM=dumb\`, there is no colour and nothing moves: the same facts come as lines.
- An error says what failed, why (\`Cause:\`), and the next thing to type (\`Try:\`). \`--debug\` adds all there is to know.
- Ctrl-C ends long work in order: a \`create\` takes back what it has made. A second Ctrl-C leaves things as they are.
`;

const { SIGHUP, SIGINT, SIGPIPE, SIGTERM } = constants.signals;

const STATUSES: readonly (readonly [string, string])[] = [
  ['0', 'all went well'],
  ['1', 'something failed'],
  ['2', 'the command line is wrong: nothing was done'],
  ['3', '`create`: a check said no before anything was made, or `--image` names no image'],
  [
    '128 + n',
    `the signal n ended it: ${128 + SIGINT} is Ctrl-C, ${128 + SIGTERM} kill, ${128 + SIGHUP} a terminal that was closed, ` +
      `${128 + SIGPIPE} that nobody reads any more what \`ssh\` or \`exec\` prints, as behind \`| head\``,
  ],
  [
    'of the remote command',
    '`ssh` and `exec`; 128 + n if a signal ended it, 127 if it was not found, 255 if there was no connection',
  ],
];

/** docs/cli.md. */
export async function page(): Promise<string> {
  const context = new Context({ env: {} });
  // Its own options are told as well: only kvm is there for everybody.
  context.argv = ['create', '--driver', 'kvm', '--help'];
  const program = await wholeProgram(context);
  const groups = [...new Set(CATALOGUE.map(({ group }) => group))];
  const parts = [
    INTRODUCTION,
    '## Exit status\n',
    table(['status', 'when'], STATUSES),
    '## Options of every command\n',
    optionTable(program.options),
    ...groups.flatMap((group) => [
      `## ${group.replace(/:$/, '')}\n`,
      ...program.commands
        .filter((command) => command.helpGroup() === group)
        .map((command) => section(command, 'hvkit')),
    ]),
  ];
  return `${parts.join('\n').trimEnd()}\n`;
}

function section(command: Command, above: string): string {
  const line = `${above} ${command.name()}`;
  const parts = [
    `${above === 'hvkit' ? '###' : '####'} ${line}\n`,
    `${command.description()}\n`,
    `    ${line} ${command.usage()}\n`,
  ];
  const described = command.registeredArguments.filter(({ description }) => description !== '');
  if (described.length > 0) parts.push(argumentTable(described));
  const options = command.options.filter(({ hidden }) => !hidden);
  // A driver's own stand under a heading, as in the help.
  for (const heading of new Set(options.map(({ helpGroupHeading }) => helpGroupHeading))) {
    if (heading !== undefined) {
      parts.push(`${heading.replace("driver's own options", "driver's own options (`kvm`)")}\n`);
    }
    parts.push(optionTable(options.filter(({ helpGroupHeading }) => helpGroupHeading === heading)));
  }
  const notes = notesOf(command);
  if (notes !== '') parts.push(`${notes}\n`);
  const examples = examplesOf(command);
  if (examples.length > 0) {
    const width = Math.max(...examples.map(([text]) => text.length));
    const lines = examples.map(([text, words]) => (words === '' ? text : `${text.padEnd(width)}  # ${words}`));
    parts.push(`\`\`\`sh\n${lines.join('\n')}\n\`\`\`\n`);
  }
  return [...parts, ...command.commands.map((each) => section(each, line))].join('\n');
}

/** What stands between the options and the examples of the help. */
function notesOf(command: Command): string {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  // Commander's types do not say that its commands are emitters; its documentation does.
  (command as unknown as EventEmitter).emit('afterHelp', { error: false, command, write });
  return text.split(/^Examples:$/m)[0]?.trim() ?? '';
}

function argumentTable(given: readonly Argument[]): string {
  return table(
    ['argument', ''],
    given.map((argument) => [
      code(argument.variadic ? `${argument.name()}...` : argument.name()),
      argument.description,
    ]),
  );
}

function optionTable(options: readonly Option[]): string {
  return table(
    ['option', ''],
    options.map(({ flags, description, argChoices, defaultValue }) => {
      const more = [
        ...(argChoices ? [argChoices.join(', ')] : []),
        ...(defaultValue === undefined ? [] : [`default: ${String(defaultValue)}`]),
      ];
      return [code(flags), more.length > 0 ? `${description} (${more.join('; ')})` : description];
    }),
  );
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [
    headings,
    headings.map(() => '---'),
    ...rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|'))),
  ];
  return `${lines.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}
