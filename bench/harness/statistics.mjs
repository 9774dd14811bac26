/** The value below which the fraction `p` of the values lies, between two of them in proportion. */
export function quantile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * p;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at % 1);
}

export function median(values) {
  return quantile(values, 0.5);
}

/** Round by round, so that what slowed a whole round down cancels out. */
export function ratios(values, base) {
  return values.map((value, round) => value / base[round]);
}
