export interface SendFaultsOptions {
  /** Milliseconds that never go back. */
  readonly now: () => number;
  readonly report: (why: string, batches: number) => void;
}

const reportMs = 60_000;
const mostChars = 200;

/** Tells that something could not be sent: the first time at once, then once a minute for as long as it goes on. */
export class SendFaults {
  readonly #options: SendFaultsOptions;
  #toldAt = Number.NEGATIVE_INFINITY;
  #count = 0;

  constructor(options: SendFaultsOptions) {
    this.#options = options;
  }

  note(fault: unknown): void {
    this.#count++;
    const now = this.#options.now();
    if (now - this.#toldAt < reportMs) return;
    this.#options.report(whyOf(fault), this.#count);
    this.#toldAt = now;
    this.#count = 0;
  }
}

/** Of several addresses that were tried, Node names the faults one by one and leaves the whole without a word. */
function whyOf(fault: unknown): string {
  if (fault instanceof AggregateError && fault.errors.length > 0) return whyOf(fault.errors[0]);
  const words = fault instanceof Error ? fault.message || fault.name : "unknown";
  return words.replaceAll(/\s+/g, " ").slice(0, mostChars);
}
