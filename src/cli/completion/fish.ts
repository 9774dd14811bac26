import { allVerbs, type Flag, type Offer, type Verb } from './model';

/** A `complete` for each command and flag; the names of machines are those of folders. */
export function fishCompletion(program: Verb): string {
  return `# fish completion of hvkit. hvkit completion fish > ~/.config/fish/completions/hvkit.fish

function __hvkit_machines
    set -l home ~/.hvkit
    test -n "$MACHINE_STORAGE_PATH"; and set home $MACHINE_STORAGE_PATH
    test -n "$HVKIT_HOME"; and set home $HVKIT_HOME
    set -l words (commandline -opc)
    for i in (seq (count $words))
        switch $words[$i]
            case -s --storage-path
                test $i -lt (count $words); and set home $words[(math $i + 1)]
            case '--storage-path=*'
                set home (string replace -- --storage-path= '' $words[$i])
        end
    end
    for file in $home/machines/*/machine.json
        string replace -r '.*/([^/]+)/machine.json$' '$1' -- $file
    end
end

function __hvkit_places
    string replace -r '$' : -- (__hvkit_machines)
    __fish_complete_path
end

# The commands among the words before the cursor: "image ls".
function __hvkit_at
    set -l words (commandline -opc)
    set -e words[1]
    set -l skip 0
    set -l path
    for word in $words
        if test $skip = 1
            set skip 0
        else if contains -- $word ${valued(program).join(' ')}
            set skip 1
        else if not string match -q -- '-*' $word
            set -a path $word
        end
    end
    set -l wanted (string split ' ' -- $argv[1])
    set -l depth (count $wanted)
    test "$argv[1]" = ''; and set depth 0
    switch $argv[2]
        case here
            test (count $path) = $depth; or return 1
        case '*'
            test (count $path) -ge $depth; or return 1
    end
    test $depth = 0; or test "$path[1..$depth]" = "$argv[1]"
end

complete -c hvkit -f
complete -c docker-machine -w hvkit
${allVerbs(program).flatMap(lines).join('\n')}
`;
}

function valued(program: Verb): string[] {
  const names = allVerbs(program).flatMap(({ flags }) =>
    flags.filter(({ value }) => value).flatMap((flag) => flag.names),
  );
  return [...new Set(names)];
}

function lines(verb: Verb): string[] {
  const path = verb.path.join(' ');
  const here = `-n ${quote(`__hvkit_at ${quote(path)} here`)}`;
  const below = `-n ${quote(`__hvkit_at ${quote(path)} below`)}`;
  return [
    ...verb.verbs.map((each) => `complete -c hvkit ${here} -a ${each.path.at(-1) ?? ''} -d ${quote(each.summary)}`),
    ...verb.flags.map((flag) => `complete -c hvkit ${verb.path.length === 0 ? '' : below} ${flagOf(flag)}`),
    ...[...new Set(verb.takes.map(offered))]
      .filter((each) => each !== '')
      .map((each) => `complete -c hvkit ${below} ${each}`),
  ];
}

function flagOf({ names, words, value }: Flag): string {
  const spelled = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const takes = value === undefined ? '' : value.kind === 'files' ? ' -r -F' : ` -x ${offered(value)}`;
  return `${spelled.join(' ')}${takes} -d ${quote(words)}`;
}

function offered(offer: Offer): string {
  switch (offer.kind) {
    case 'choices':
      return `-a ${quote(offer.choices.join(' '))}`;
    case 'files':
      return '-F';
    case 'machines':
      return `-a '(__hvkit_machines)'`;
    case 'places':
      return `-a '(__hvkit_places)'`;
    case 'nothing':
      return '';
  }
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
