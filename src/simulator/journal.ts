/** One request to the Messages API, as it went. Never holds the value of a key. */
export interface Entry {
  readonly id: string;
  readonly at: number;
  readonly path: string;
  readonly headerNames: readonly string[];
  readonly version: string | null;
  readonly auth: "x-api-key" | "bearer" | null;
  model: string | null;
  maxTokens: number | null;
  stream: boolean;
  /** As it was sent; null when it was no JSON or larger than 64 KB. */
  body: unknown;
  /** Of the response; null before its headers and when there were none. */
  status: number | null;
  /** `aborted`: the client went away first. `broken`: a fault ended it. */
  state: "open" | "completed" | "aborted" | "broken" | "refused";
  phase: string | null;
  /** Deltas written to the socket. */
  deltas: number;
  firstDeltaAt: number | null;
  endedAt: number | null;
}

const capacity = 2000;
const slack = 256;

/** The recent requests, the oldest dropped beyond 2,000. */
export class Journal {
  #entries: Entry[] = [];

  add(entry: Entry): Entry {
    this.#entries.push(entry);
    if (this.#entries.length > capacity + slack) this.#entries = this.#entries.slice(-capacity);
    return entry;
  }

  /** The newest last. */
  recent(): readonly Entry[] {
    return this.#entries.slice(-capacity);
  }

  clear(): void {
    this.#entries = [];
  }
}
