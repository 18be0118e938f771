/**
 * Arithmetic on prices: integers alone. A price is in millionths of the currency for a million tokens, so that a token costs
 * a whole number of billionths of a thousandth (10⁻¹²) of it, and sums are exact however long they are.
 */

/** What was used. `inputTokens` leaves out what was read from or written to the relay's cache of prompts. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
}

export const usageNames = [
  "inputTokens",
  "outputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
] as const satisfies readonly (keyof Usage)[];

export function addUsage(one: Usage, other: Usage): Usage {
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    cacheReadTokens: one.cacheReadTokens + other.cacheReadTokens,
    cacheWriteTokens: one.cacheWriteTokens + other.cacheWriteTokens,
  };
}

/** Of one model, in millionths of the currency for a million tokens. */
export interface Price {
  readonly inputMicros: number;
  readonly outputMicros: number;
  readonly cacheReadMicros: number;
  readonly cacheWriteMicros: number;
}

/** What one way to the models costs. */
export interface Tariff {
  /** Whatever is paid each month beside the tokens, such as the loss on exchange and fees; in millionths of the currency. */
  readonly monthlySurchargeMicros: number;
  /** By model, or by how a model's id begins: `claude-haiku-*`, `*`. The longest that fits counts. */
  readonly models: Readonly<Record<string, Price>>;
}

/** What the tokens cost through the relay, and what they would cost without it. */
export interface PriceTable {
  /** Told with each cost record, so that later readers know by which prices it was counted. */
  readonly version: string;
  /** ISO 4217, such as `CNY`. */
  readonly currency: string;
  readonly direct: Tariff;
  readonly relay: Tariff;
}

/** The price of a model; undefined where nothing in the tariff fits. */
export function priceOf({ models }: Tariff, model: string): Price | undefined {
  if (Object.hasOwn(models, model)) return models[model];
  const patterns = Object.keys(models).filter((name) => name.endsWith("*") && model.startsWith(name.slice(0, -1)));
  const [longest] = patterns.toSorted((a, b) => b.length - a.length);
  return longest === undefined ? undefined : models[longest];
}

/** In 10⁻¹² of the currency. What has no price costs nothing. */
export function costOf(price: Price | undefined, usage: Usage): bigint {
  if (price === undefined) return 0n;
  return (
    BigInt(usage.inputTokens) * BigInt(price.inputMicros) +
    BigInt(usage.outputTokens) * BigInt(price.outputMicros) +
    BigInt(usage.cacheReadTokens) * BigInt(price.cacheReadMicros) +
    BigInt(usage.cacheWriteTokens) * BigInt(price.cacheWriteMicros)
  );
}

export const picosPerMicro = 1_000_000n;
export const picosPerUnit = 1_000_000_000_000n;

/** Rounded half up to a millionth of the currency. */
export function microsOf(picos: bigint): number {
  return Number((picos + picosPerMicro / 2n) / picosPerMicro);
}
