import { Seldom } from "./seldom.ts";

export interface SendFaultsOptions {
  /** Milliseconds that never go back. */
  readonly now: () => number;
  readonly report: (why: string, batches: number) => void;
}

const reportMs = 60_000;
const mostChars = 200;

/** Tells that something could not be sent: the first time at once, then once a minute for as long as it goes on. */
export class SendFaults {
  readonly #report: SendFaultsOptions["report"];
  readonly #seldom: Seldom;

  constructor({ now, report }: SendFaultsOptions) {
    this.#report = report;
    this.#seldom = new Seldom(reportMs, now);
  }

  note(fault: unknown): void {
    const batches = this.#seldom.note();
    if (batches !== null) this.#report(whyOf(fault), batches);
  }
}

/** Of several addresses that were tried, Node names the faults one by one and leaves the whole without a word. */
function whyOf(fault: unknown): string {
  if (fault instanceof AggregateError && fault.errors.length > 0) return whyOf(fault.errors[0]);
  const words = fault instanceof Error ? fault.message || fault.name : "unknown";
  return words.replaceAll(/\s+/g, " ").slice(0, mostChars);
}
