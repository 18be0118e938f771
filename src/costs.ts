import { createHmac } from "node:crypto";
import type { Config } from "./config.ts";
import { Budget } from "./domain/budget.ts";
import { CostBook } from "./domain/cost-book.ts";
import type { Ledger } from "./domain/costs.ts";
import { Latest } from "./domain/latest.ts";
import { systemClock } from "./engines/system-clock.ts";

export interface CostParts {
  readonly ledger: Ledger;
  /** Keys the hash of customers: nobody without it can tell who one is. */
  readonly secret: string;
  readonly newId: () => string;
  readonly lost: (records: number) => void;
  readonly onFault: (fault: unknown, where: string) => void;
}

const hashChars = 16;
/** Of customers who asked last: each of their attempts is recorded under the same name. */
const mostHashes = 5_000;

/** Names a customer in records and logs: always the same, and never telling who that is (X5). */
export function hasher(secret: string): (customerId: string) => string {
  const known = new Latest<string, string>(mostHashes);
  const hash = (customerId: string) =>
    createHmac("sha256", secret).update(customerId).digest("hex").slice(0, hashChars);
  return (customerId) => {
    const name = known.get(customerId) ?? hash(customerId);
    known.set(customerId, name);
    return name;
  };
}

/** No day begins anywhere but with a quarter of an hour. */
const quarterMs = 15 * 60_000;

/** Days as the operator has them, `YYYY-MM-DD`. */
export function dayTeller(timeZone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  let [quarter, day] = [Number.NaN, ""];
  return (at) => {
    // Asked for with every answer, and forty microseconds each time.
    const asked = Math.floor(at / quarterMs);
    if (asked !== quarter) [quarter, day] = [asked, format.format(at)];
    return day;
  };
}

/** Who keeps the book of what the relay costs, and who watches the day's budget. They are closed with the stack. */
export async function openCosts({ cost, prices }: Config, parts: CostParts, stack: AsyncDisposableStack) {
  const dayOf = dayTeller(cost.timeZone);
  const clock = systemClock;
  const { ledger, newId, lost, onFault } = parts;
  const book = new CostBook({
    ledger,
    prices,
    clock,
    dayOf,
    hash: hasher(parts.secret),
    writer: newId(),
    lost,
    onFault,
  });
  stack.defer(() => book.close());
  const dailyMicros = cost.dailyBudget === null ? null : Math.round(cost.dailyBudget * 1_000_000);
  const budget = new Budget({ ledger, clock, dayOf, dailyMicros, onFault });
  await budget.open();
  stack.defer(() => budget.close());
  return { book, budget };
}
