/**
 * Arithmetic on money: whole cents (fen) in, whole cents out, never a fraction in between. Amounts are at most
 * {@link maxCents}, so that a hundred times as much is still an exact integer.
 */
export const maxCents = 1_000_000_000_000;

export function sumOf(amounts: readonly number[]): number {
  let sum = 0;
  for (const amount of amounts) sum += amount;
  return sum;
}

/** A percentage of an amount, rounded half up to a cent. */
export function percentOf(cents: number, percent: number): number {
  const hundredfold = cents * percent + 50;
  return (hundredfold - (hundredfold % 100)) / 100;
}

/**
 * Shares `cents` out in proportion to `weights`, exactly: each share is what is due up to and with it, rounded down,
 * minus what was due before. No share is above its weight as long as `cents` is not above their sum, which must not be 0.
 */
export function sharesOf(cents: number, weights: readonly number[]): number[] {
  const whole = sumOf(weights);
  const shares: number[] = [];
  let weight = 0;
  let given = 0;
  for (const part of weights) {
    weight += part;
    const due = portion(cents, weight, whole);
    shares.push(due - given);
    given = due;
  }
  return shares;
}

/** ⌊cents × part ÷ whole⌋, exact also where the product is beyond the integers that a number holds. */
export function portion(cents: number, part: number, whole: number): number {
  const product = cents * part;
  if (product > Number.MAX_SAFE_INTEGER) return Number((BigInt(cents) * BigInt(part)) / BigInt(whole));
  // Exact: below 2^53 a quotient of integers is never rounded up to the next one.
  return Math.floor(product / whole);
}
