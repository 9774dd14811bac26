const LETTERS = 'MGT';
const BYTES_PER_MIB = 2 ** 20;

/** MiB as people write them: `512M`, `1.5G`. */
export function megabytes(amount: number): string {
  let value = amount;
  let letter = 0;
  while (value >= 1024 && letter < LETTERS.length - 1) {
    value /= 1024;
    letter += 1;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)}${LETTERS.charAt(letter)}`;
}

export function bytes(amount: number): string {
  return megabytes(Math.ceil(amount / BYTES_PER_MIB));
}
