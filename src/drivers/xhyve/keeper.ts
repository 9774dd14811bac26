import type { Share } from '../driver';
import type { RunFiles } from './run-files';

/**
 * hyperkit ends when its guest is reset, and tells so by its status, which the system gives to its parent alone: hvkit has
 * gone by then. So its parent is one that stays, and that does two things: it starts hyperkit again, and it writes down how
 * hyperkit ended. It also ends, by SIGUSR1, a hyperkit that nobody else can find yet. A shell is everywhere, and weighs next to
 * nothing. It is given words, and never a line to take apart.
 *
 * Before each start of hyperkit it starts a server for each shared folder, which returns when it listens. A server ends with
 * hyperkit's connection; one that hyperkit never came to ends with its standard input, a pipe whose other end hyperkit and the
 * keeper hold, however they end.
 */
const SCRIPT = `
run=$1 server=$2 shares=$3
shift 3
child= over=
serve() {
  share=0
  while [ "$share" -lt "$shares" ]; do
    # The first word may be none.
    "$server" $1 --owner "$2" "$run/share$share" "$3" <&9 8>&- 9>&- || return
    share=$((share + 1))
    shift 3
  done
}
machine() {
  shift $((3 * shares))
  exec "$@" 9<&-
}
trap 'over=1; [ -z "$child" ] || kill -KILL "$child"' USR1
echo "$$" >"$run/keeper.pid"
while :; do
  if [ "$shares" -gt 0 ]; then
    # Both ends at once, or each would wait for the other.
    rm -f "$run/life" && mkfifo "$run/life" && exec 8<>"$run/life" 9<"$run/life" && serve "$@" || { status=1; break; }
  fi
  machine "$@" &
  child=$!
  [ -z "$over" ] || kill -KILL "$child"
  while :; do
    wait "$child"
    status=$?
    # A signal ends the wait, and not always the one that is waited for.
    [ "$status" -gt 128 ] && kill -0 "$child" 2>/dev/null || break
  done
  [ -z "$over" ] || status=137
  exec 8>&- 9<&-
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

/** In the guest, who is first: of images for clouds as of hvkit's own. What is the user's here is that user's there. */
const GUEST_USER = '1000:1000';

/** What a machine's shared folders are served by. */
export interface Served {
  shares: readonly Share[];
  /** The program, where there are some. */
  server?: string;
}

/** What runs a program so. */
export function kept(
  program: string,
  args: readonly string[],
  { folder }: RunFiles,
  { shares, server = '' }: Served,
): { file: string; args: string[] } {
  const served = shares.flatMap(({ host, readOnly }) => [readOnly ? '--read-only' : '', GUEST_USER, host]);
  const words = [...ofKeeper(folder), server, String(shares.length), ...served, program, ...args];
  return { file: '/bin/sh', args: ['-c', SCRIPT, ...words] };
}

/** By what its arguments tell a keeper of this folder's. */
export function ofKeeper(folder: string): string[] {
  return [NAME, folder];
}
