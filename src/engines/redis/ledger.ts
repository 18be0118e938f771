import { z } from "zod";
import { customerClass, tier } from "../../contract/shapes.ts";
import {
  type CostBatch,
  type CostRecord,
  countNames,
  type DayCounts,
  type Ledger,
  noCounts,
  type RecordPage,
} from "../../domain/costs.ts";
import type { Keys } from "./keys.ts";
import type { Link } from "./link.ts";

/** Long enough to compare with the same promotion of the year before. */
const dayLifeMs = 400 * 86_400_000;
/** Much longer than a batch is repeated. */
const writerLifeMs = 86_400_000;

const countKey = z.tuple([z.enum(countNames), tier, customerClass]);
const count = z.coerce.number().int().min(0);
/** As this class has written it; a record that cannot be read is passed over. */
const record = z.looseObject({ at: z.number(), model: z.string(), tier, class: customerClass });

/** {@link Ledger} of a cluster. Everything may throw `Outage`; every step may be repeated then. */
export class RedisLedger implements Ledger {
  readonly #link: Link;
  readonly #keys: Keys;
  readonly #most: number;

  /** @param most single records that are kept, about */
  constructor(link: Link, keys: Keys, most = 200_000) {
    this.#link = link;
    this.#keys = keys;
    this.#most = most;
  }

  async enter({ writer, number, day, records, counts, spentMicros }: CostBatch): Promise<number> {
    const named = counts.flatMap(fieldsOf);
    const lines = this.#most === 0 ? [] : records.map((each) => JSON.stringify(each));
    const bounds = [number, this.#most, dayLifeMs, writerLifeMs, spentMicros, named.length / 2].map(String);
    const keys = [this.#keys.costWriter(writer), this.#keys.costDay(day), this.#keys.costRecords];
    return count.parse(await this.#link.step("costs/enter", keys, [...bounds, ...named, ...lines]));
  }

  async spentMicros(day: string): Promise<number> {
    return count.parse((await this.#link.run((store) => store.hget(this.#keys.costDay(day), "spent"))) ?? 0);
  }

  async counts(day: string): Promise<readonly DayCounts[]> {
    const fields = await this.#link.run((store) => store.hgetall(this.#keys.costDay(day)));
    const all = new Map<string, DayCounts>();
    for (const [field, value] of Object.entries(fields)) {
      const [name, ofTier, ofClass, ...rest] = field.split("|");
      const parsed = countKey.safeParse([name, ofTier, ofClass]);
      if (!parsed.success) continue;
      const model = rest.join("|");
      const key = `${ofTier}|${ofClass}|${model}`;
      const known = all.get(key) ?? { day, model, tier: parsed.data[1], class: parsed.data[2], ...noCounts };
      all.set(key, { ...known, [parsed.data[0]]: count.parse(value) });
    }
    return [...all.values()];
  }

  async records(from: string | null, most: number): Promise<RecordPage> {
    const start = from === null ? "-" : `(${from}`;
    const entries = await this.#link.run((store) => store.xrange(this.#keys.costRecords, start, "+", "COUNT", most));
    const records = entries.flatMap(([, [, json = ""]]) => parseRecord(json));
    return { records, next: entries.length < most ? null : (entries.at(-1)?.[0] ?? null) };
  }
}

/** Names and numbers in turn; a number of 0 adds nothing. The model comes last: its id may hold any character. */
function fieldsOf(counts: DayCounts): string[] {
  return countNames.flatMap((name) =>
    counts[name] === 0 ? [] : [`${name}|${counts.tier}|${counts.class}|${counts.model}`, String(counts[name])],
  );
}

function parseRecord(json: string): CostRecord[] {
  try {
    // CAST: the members that reports look at are checked; the rest is as it was written by this class.
    return [record.parse(JSON.parse(json)) as unknown as CostRecord];
  } catch {
    return [];
  }
}
