import { Command, Option, type OutputConfiguration } from 'commander';

import { CATALOGUE, type Entry } from './catalogue';
import type { Context, Globals } from './context';
import { early } from './early';
import { UsageError } from './report';
import { versionLine } from './version';

/** Commands that hand on what follows the machine's name: options behind it are the remote command's. */
export const HAND_ON: ReadonlySet<string> = new Set(['ssh', 'exec', 'use']);

/** What `hvkit` alone prints. */
const FIRST_STEPS = `hvkit makes and runs local virtual machines.

  hvkit create dev      makes a machine and starts it
  hvkit ssh dev         gives you a shell in it
  hvkit rm dev          removes it, and all that belongs to it

All commands: hvkit --help`;

/** The command line, with as much of it as these arguments need: the other commands' files stay unread. */
export async function programFor(argv: readonly string[], context: Context): Promise<Command> {
  const { command: name, storagePath } = early(argv);
  // A driver's flags are read from the home's settings, before anything is parsed.
  if (storagePath !== undefined) context.globals = { storagePath };
  context.argv = argv;
  const chosen = CATALOGUE.find((entry) => entry.name === name);
  const program = root(context);
  if (chosen === undefined) {
    for (const entry of CATALOGUE) declare(program, entry);
    // Of a command that there is not, commander says which comes near.
    if (name === undefined) {
      program.action(() => {
        if (context.face.name === 'hvkit') context.print(FIRST_STEPS);
        else program.help();
      });
    }
    return program;
  }
  context.command = chosen.name;
  if (HAND_ON.has(chosen.name)) program.enablePositionalOptions();
  await chosen.load().configure(declare(program, chosen), context);
  return program;
}

/** Every command, complete: for the documentation and for completion. */
export async function wholeProgram(context: Context): Promise<Command> {
  const program = root(context).enablePositionalOptions();
  for (const entry of CATALOGUE) await entry.load().configure(declare(program, entry), context);
  return program;
}

function root(context: Context): Command {
  const { name, description } = context.face;
  const program = new Command(name)
    .description(description)
    .usage('[options] <command> [arguments]')
    .configureOutput(outputOf(context))
    .configureHelp({ showGlobalOptions: true, sortOptions: false })
    .exitOverride()
    .helpCommand(false)
    .version(versionLine(context.face), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .option('-D, --debug', 'tell the causes of errors, with stacks (MACHINE_DEBUG)')
    .addOption(
      new Option(
        '-s, --storage-path <folder>',
        'where machines are kept (HVKIT_HOME, MACHINE_STORAGE_PATH; default: ~/.hvkit)',
      ),
    )
    .option('--native-ssh', "use hvkit's own ssh client instead of the system's (MACHINE_NATIVE_SSH)");
  addTlsFlags(program, context.face);
  return program.hook('preAction', (_program, command) => {
    const globals = program.opts<Globals>();
    if (globals.storagePath === '') throw new UsageError('--storage-path is empty', 'name a folder');
    context.globals = globals;
    refuseExtraArguments(command, context);
  });
}

/** docker-machine's. The last two are taken as it took them: hvkit asks neither GitHub nor BugSnag. */
function addTlsFlags(program: Command, { name }: Context['face']): void {
  const flags: readonly (readonly [string, string])[] = [
    ['--tls-ca-cert <file>', 'certificate of the CA of your Docker hosts (MACHINE_TLS_CA_CERT)'],
    ['--tls-ca-key <file>', 'its private key (MACHINE_TLS_CA_KEY)'],
    ['--tls-client-cert <file>', 'certificate of your docker client (MACHINE_TLS_CLIENT_CERT)'],
    ['--tls-client-key <file>', 'its private key (MACHINE_TLS_CLIENT_KEY)'],
  ];
  for (const [flag, words] of flags) program.addOption(new Option(flag, words).hideHelp(name === 'hvkit'));
  for (const flag of ['--github-api-token <token>', '--bugsnag-api-token <token>']) {
    program.addOption(new Option(flag, 'of no effect').hideHelp());
  }
}

/** Adds a command by its name and summary; what it takes is added by its file. */
function declare(program: Command, { name, summary, group }: Entry): Command {
  return program
    .command(name)
    .summary(summary)
    .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
    .helpGroup(group)
    .allowExcessArguments();
}

/** In docker-machine's words for `create`, unless it has others for this command. */
function refuseExtraArguments(command: Command, { face, command: name = '' }: Context): void {
  const { args, registeredArguments } = command;
  if (registeredArguments.at(-1)?.variadic === true || args.length <= registeredArguments.length) return;
  const extra = args.slice(registeredArguments.length);
  throw new UsageError(face.tooMany?.[name] ?? `Invalid command line. Found extra arguments [${extra.join(' ')}]`);
}

/** Help goes where it was asked for; errors are printed once, where run() catches them. */
function outputOf(context: Context): OutputConfiguration {
  return {
    writeOut: (text) => {
      context.tell(text);
    },
    writeErr: (text) => {
      context.say(text);
    },
    outputError: () => undefined,
    getOutHelpWidth: () => context.stdout.columns ?? 100,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  };
}
