import { Transform } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

const ESCAPE = String.fromCharCode(27);
/** A sequence has its end within so many characters, or is none. */
const LONGEST = 256;
/** A string for the terminal itself: its title, its clipboard. Node's own function leaves the words of most. */
const STRING = new RegExp(String.raw`${ESCAPE}[\]PX^_][^${ESCAPE}\x07]*(?:\x07|${ESCAPE}\\)`, 'g');
/** What may go on in the next piece: an escape, and what stands between it and what ends it. */
const UNFINISHED = new RegExp(String.raw`${ESCAPE}(?:\[[0-?]*[ -/]*|[\]PX^_][^${ESCAPE}\x07]*${ESCAPE}?|[ -/]*)$`);

/**
 * What a guest prints, for a terminal of this host: text, without what moves the cursor, and without what asks the terminal
 * something. Its answer would be typed into the shell of whoever looks.
 */
export function harmless(): Transform {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const shown = (text: string): string =>
    stripVTControlCharacters(text.replaceAll(STRING, '')).replaceAll(/[^\P{Cc}\n\r\t]/gu, '');
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = rest + decoder.write(chunk);
      const at = text.slice(-LONGEST).search(UNFINISHED);
      const end = at === -1 ? text.length : Math.max(text.length - LONGEST, 0) + at;
      rest = text.slice(end);
      done(null, shown(text.slice(0, end)));
    },
    flush(done) {
      done(null, shown(rest + decoder.end()));
    },
  });
}
