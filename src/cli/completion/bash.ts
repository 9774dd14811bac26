import { allVerbs, type Flag, type Offer, type Verb } from './model';

/**
 * A function that reads the words before the cursor, finds the command among them, and offers what is due. The names of
 * machines are those of folders: no hvkit is started while somebody types.
 */
export function bashCompletion(program: Verb): string {
  const verbs = allVerbs(program);
  return `# bash completion of hvkit. In ~/.bashrc: eval "$(hvkit completion bash)"

_hvkit_machines() {
  local home=\${HVKIT_HOME:-\${MACHINE_STORAGE_PATH:-$HOME/.hvkit}} i file
  for ((i = 1; i < COMP_CWORD - 1; i++)); do
    case \${COMP_WORDS[i]} in
      -s | --storage-path)
        home=\${COMP_WORDS[i + 1]}
        if [[ $home == = ]]; then home=\${COMP_WORDS[i + 2]}; fi
        ;;
    esac
  done
  for file in "$home"/machines/*/machine.json; do
    if [[ -e $file ]]; then
      file=\${file%/machine.json}
      printf '%s\\n' "\${file##*/}"
    fi
  done
}

# Sets flags, verbs, and what its arguments are, of a command.
_hvkit_about() {
  flags= verbs= takes=()
  case $1 in
${verbs.map(about).join('\n')}
  esac
}

# Sets what the value of a flag is.
_hvkit_value() {
  value=
  case $1 in
${verbs.flatMap(values).join('\n')}
  esac
}

_hvkit_offer() {
  local offer=$1 current=$2 name
  case $offer in
    machines) COMPREPLY=($(compgen -W "$(_hvkit_machines)" -- "$current")) ;;
    places)
      for name in $(_hvkit_machines); do
        if [[ $name: == "$current"* ]]; then COMPREPLY+=("$name:"); fi
      done
      compopt -o default -o nospace 2>/dev/null
      ;;
    files) compopt -o default 2>/dev/null ;;
    =*) COMPREPLY=($(compgen -W "\${offer#=}" -- "$current")) ;;
  esac
}

_hvkit() {
  local current=\${COMP_WORDS[COMP_CWORD]} command= flags verbs takes value i word argument=0
  COMPREPLY=()
  _hvkit_about ''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == -- ]]; then return; fi
    if [[ $word == -* ]]; then
      _hvkit_value "$command $word"
      if [[ -z $value ]]; then _hvkit_value " $word"; fi
      if [[ -n $value ]]; then
        if [[ \${COMP_WORDS[i + 1]} == = ]]; then ((i += 1)); fi
        ((i += 1))
        if ((i >= COMP_CWORD)); then
          if [[ $current == = ]]; then current=; fi
          _hvkit_offer "$value" "$current"
          return
        fi
      fi
    elif [[ " $verbs " == *" $word "* ]]; then
      command=\${command:+$command }$word
      _hvkit_about "$command"
    else
      ((argument += 1))
    fi
  done
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ -n $verbs ]]; then
    COMPREPLY=($(compgen -W "$verbs" -- "$current"))
  else
    if ((argument >= \${#takes[@]})); then argument=$((\${#takes[@]} - 1)); fi
    if ((argument >= 0)); then _hvkit_offer "\${takes[argument]}" "$current"; fi
  fi
}

complete -F _hvkit hvkit docker-machine
`;
}

function about({ path, flags, takes, variadic, verbs }: Verb): string {
  const words = flags.flatMap(({ names }) => names).join(' ');
  const below = verbs.map((verb) => verb.path.at(-1)).join(' ');
  // Behind the last one there is nothing, unless it goes on.
  const offers = [...takes.map(named), ...(variadic ? [] : ['nothing'])];
  return `    '${path.join(' ')}') flags='${words}' verbs='${below}' takes=(${offers.map((each) => `'${each}'`).join(' ')}) ;;`;
}

function values({ path, flags }: Verb): string[] {
  return flags.flatMap(({ names, value }: Flag) => {
    if (value === undefined) return [];
    const patterns = names.map((name) => `'${path.join(' ')} ${name}'`).join(' | ');
    return [`    ${patterns}) value='${named(value)}' ;;`];
  });
}

function named(offer: Offer): string {
  return offer.kind === 'choices' ? `=${offer.choices.join(' ')}` : offer.kind;
}
