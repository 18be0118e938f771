import { readFileSync } from "node:fs";
import { z } from "zod";
import { type Price, type PriceTable, priceOf, type Tariff } from "./domain/prices.ts";

/** The prices that come along; a file of one's own takes their place. */
export const shippedPrices = new URL("prices.json", import.meta.url);

const perUnit = 1_000_000;

/** An amount of the currency, as an integer of millionths of it. */
const amount = z
  .number()
  .min(0)
  .max(1_000_000_000)
  .transform((given, context) => {
    const micros = Math.round(given * perUnit);
    if (micros / perUnit !== given) context.addIssue("must have at most six digits behind the point");
    return micros;
  });

/** Prices for a million tokens. What the cache costs is, as a rule, a tenth of the input to read and a quarter more to write. */
const price = z
  .strictObject({ input: amount, output: amount, cacheRead: amount.optional(), cacheWrite: amount.optional() })
  .transform(
    ({ input, output, cacheRead, cacheWrite }): Price => ({
      inputMicros: input,
      outputMicros: output,
      cacheReadMicros: cacheRead ?? Math.round(input / 10),
      cacheWriteMicros: cacheWrite ?? Math.round((input * 5) / 4),
    }),
  );

const modelName = z.string().regex(/^[^*]{0,200}\*?$/, "must be a model's id, or the beginning of one and *");

const tariff = z
  .strictObject({ monthlySurcharge: amount.default(0), models: z.record(modelName, price) })
  .transform(({ monthlySurcharge, models }): Tariff => ({ monthlySurchargeMicros: monthlySurcharge, models }));

/** A price file. */
export const priceFile = z.strictObject({
  version: z.string().min(1).max(40),
  currency: z.string().regex(/^[A-Z]{3}$/, "must be a code such as CNY"),
  direct: tariff,
  relay: tariff,
}) satisfies z.ZodType<PriceTable>;

/** The prices of a file, or what is wrong with it: one sentence each. */
export function readPrices(
  path: string | URL,
): { readonly table: PriceTable } | { readonly faults: readonly string[] } {
  const name = path instanceof URL ? "the price file" : path;
  try {
    const parsed = priceFile.safeParse(JSON.parse(readFileSync(path, "utf8").replace(/^\ufeff/, "")));
    if (parsed.success) return { table: parsed.data };
    const { issues } = parsed.error;
    return { faults: issues.map(({ path: at, message }) => `${name}: ${at.join(".") || "(the whole)"} ${message}`) };
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : String(fault);
    return { faults: [`cost.prices names ${name}, which cannot be read as JSON: ${why}`] };
  }
}

/** Models in use that a tariff has no price for, each as a sentence. */
export function priceFaults(table: PriceTable, models: readonly string[]): string[] {
  return (["direct", "relay"] as const).flatMap((side) =>
    [...new Set(models)]
      .filter((model) => priceOf(table[side], model) === undefined)
      .map((model) => `The price file has no price for "${model}" in ${side}.models: add it, or "*" for all others.`),
  );
}
