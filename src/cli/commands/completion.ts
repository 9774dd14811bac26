import { Argument, type Command } from 'commander';

import { bashCompletion } from '../completion/bash';
import { DRIVER_OPTIONS } from '../completion/driver-options';
import { fishCompletion } from '../completion/fish';
import { modelOf, type Verb } from '../completion/model';
import { zshCompletion } from '../completion/zsh';
import { Context } from '../context';
import { flagsOf } from '../driver-flags';
import { examples } from '../examples';
import { wholeProgram } from '../program';

type Shell = 'bash' | 'zsh' | 'fish';

const SHELLS: Readonly<Record<Shell, (program: Verb) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export function configure(command: Command, context: Context): void {
  command.addArgument(new Argument('<shell>').choices(Object.keys(SHELLS))).action(async (shell: Shell) => {
    // Described, not run: a context without arguments.
    const program = await wholeProgram(new Context({}));
    const create = program.commands.find((each) => each.name() === 'create');
    for (const flag of DRIVER_OPTIONS.flatMap(flagsOf)) create?.addOption(flag);
    context.print(SHELLS[shell](modelOf(program)));
  });
  command.addHelpText(
    'after',
    '\nNames of machines are completed from the folders of the home: nothing is started while you type.',
  );
  examples(command, [
    ['eval "$(hvkit completion bash)"', 'in ~/.bashrc'],
    ['eval "$(hvkit completion zsh)"', 'in ~/.zshrc, behind compinit'],
    ['hvkit completion fish > ~/.config/fish/completions/hvkit.fish', ''],
  ]);
}
