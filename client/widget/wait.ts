/** The wait as a range in whole minutes, rounded up: a wait may turn out shorter than said, not longer. */
export function minutesOf({ low, high }: { low: number; high: number }): [low: number, high: number] {
  const minutes = (ms: number) => Math.ceil(ms / 60_000);
  return high < 60_000 ? [0, 0] : [Math.max(1, minutes(low)), minutes(high)];
}
