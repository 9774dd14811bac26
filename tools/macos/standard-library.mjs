// standard-library.mjs FOLDER < SYMBOLS: of symbols that objects want, writes those of C++'s own library as libstandard.tbd.
// That library is taken to have what its headers declare; every other symbol is left for the linker to find.
import { readFileSync } from 'node:fs';

import { writeSymbolList } from './symbol-list.mjs';

const [folder] = process.argv.slice(2);
// As they are mangled: std::, what the compiler calls by itself (exceptions, new, delete), and types of the language.
const OF_THE_LANGUAGE =
  /^_(_ZN?K?St|_ZT[VIS]N?(St|10__cxxabiv1|P?K?[a-z]$)|__cxa_|__gxx_personality_v0$|_Z(nw|na|dl|da)[a-zP])/;

const wanted = new Set(readFileSync(0, 'utf8').split('\n'));
writeSymbolList(
  folder,
  'standard',
  [...wanted].filter((symbol) => OF_THE_LANGUAGE.test(symbol)),
);
