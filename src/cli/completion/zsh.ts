import { type Flag, type Offer, type Verb } from './model';

/** Zsh's own _arguments does the work; the names of machines are those of folders. */
export function zshCompletion(program: Verb): string {
  return `#compdef hvkit docker-machine
# zsh completion of hvkit. In ~/.zshrc, behind compinit: eval "$(hvkit completion zsh)"

_hvkit_machines() {
  local home=\${hvkit_home:-\${HVKIT_HOME:-\${MACHINE_STORAGE_PATH:-$HOME/.hvkit}}}
  local -a names
  names=("$home"/machines/*/machine.json(N:h:t))
  compadd "$@" -a names
}

_hvkit_places() {
  _hvkit_machines -S :
  _files
}

${functions(program)}
if [[ $funcstack[1] == _hvkit ]]; then
  _hvkit "$@"
else
  compdef _hvkit hvkit docker-machine
fi
`;
}

function functions(verb: Verb): string {
  return [...verb.verbs.map(functions), verb.verbs.length > 0 ? branch(verb) : leaf(verb)].join('\n');
}

function leaf(verb: Verb): string {
  return `${nameOf(verb)}() {
  _arguments -s ${[...verb.flags.flatMap(flagSpecs), ...argumentSpecs(verb)].map(quote).join(' \\\n    ')}
}
`;
}

function branch(verb: Verb): string {
  const choices = verb.verbs.map(({ path, summary }) => quote(`${path.at(-1) ?? ''}:${escape(summary)}`));
  const cases = verb.verbs.map((each) => `        ${each.path.at(-1) ?? ''}) ${nameOf(each)} ;;`);
  return `${nameOf(verb)}() {
  local state state_descr line context
  local -A opt_args
  _arguments -C -s ${verb.flags.flatMap(flagSpecs).map(quote).join(' \\\n    ')} \\
    '1: :->command' '*:: :->arguments'
  case $state in
    command)
      local -a commands
      commands=(${choices.join('\n        ')})
      _describe -t commands command commands
      ;;
    arguments)
${verb.path.length === 0 ? '      local hvkit_home=${opt_args[-s]:-${opt_args[--storage-path]}}\n' : ''}      case $words[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}
`;
}

function nameOf({ path }: Verb): string {
  return ['_hvkit', ...path].join('_').replaceAll('-', '_');
}

function flagSpecs({ names, words, value }: Flag): string[] {
  const others = names.length > 1 ? `(${names.join(' ')})` : '';
  const spec = value === undefined ? '' : `:value:${action(value)}`;
  // A long flag takes its value behind a space or an equals sign.
  return names.map(
    (name) => `${others}${name}${value !== undefined && name.startsWith('--') ? '=' : ''}[${escape(words)}]${spec}`,
  );
}

function argumentSpecs({ takes, variadic }: Verb): string[] {
  return takes.map((offer, index) => {
    const position = variadic && index === takes.length - 1 ? '*' : String(index + 1);
    return `${position}: :${action(offer)}`;
  });
}

function action(offer: Offer): string {
  switch (offer.kind) {
    case 'choices':
      return `(${offer.choices.join(' ')})`;
    case 'files':
      return '_files';
    case 'machines':
      return '_hvkit_machines';
    case 'places':
      return '_hvkit_places';
    case 'nothing':
      return ' ';
  }
}

function escape(words: string): string {
  return words.replaceAll(/[\\[\]:]/g, String.raw`\$&`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
