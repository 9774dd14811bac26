import type { RunFiles } from './run-files';

/**
 * hyperkit ends when its guest is reset, and tells so by its status, which the system gives to its parent alone: hvkit has
 * gone by then. So its parent is one that stays, and that does two things: it starts hyperkit again, and it writes down how
 * hyperkit ended. It also ends, by SIGUSR1, a hyperkit that nobody else can find yet. A shell is everywhere, and weighs next to
 * nothing. It is given words, and never a line to take apart.
 */
const SCRIPT = `
run=$1
shift
child= over=
trap 'over=1; [ -z "$child" ] || kill -KILL "$child"' USR1
echo "$$" >"$run/keeper.pid"
while :; do
  "$@" &
  child=$!
  [ -z "$over" ] || kill -KILL "$child"
  while :; do
    wait "$child"
    status=$?
    # A signal ends the wait, and not always the one that is waited for.
    [ "$status" -gt 128 ] && kill -0 "$child" 2>/dev/null || break
  done
  [ -z "$over" ] || status=137
  [ "$status" = 2 ] && [ -e "$run/again" ] || break
  # What it said before it was reset may be why.
  mv -f "$run/console.ring" "$run/console.before" 2>/dev/null
done
echo "$status" >"$run/ended.new"
mv "$run/ended.new" "$run/ended"
[ "$status" -le 128 ] || kill "-$((status - 128))" "$$"
exit "$status"
`;

const NAME = 'hvkit-keeper';

/** What runs a program so. */
export function kept(program: string, args: readonly string[], { folder }: RunFiles): { file: string; args: string[] } {
  return { file: '/bin/sh', args: ['-c', SCRIPT, ...ofKeeper(folder), program, ...args] };
}

/** By what its arguments tell a keeper of this folder's. */
export function ofKeeper(folder: string): string[] {
  return [NAME, folder];
}
