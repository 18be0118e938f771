export interface Check {
  readonly what: string;
  readonly holds: boolean;
  readonly figures: string;
  /** It judges the generator: while it does not hold, the others prove nothing. */
  readonly isOwn: boolean;
}

export interface Note {
  readonly what: string;
  readonly figures: string;
}

/** What a run has found, printed line by line. */
export class Report {
  heading = "";
  readonly checks: Check[] = [];
  readonly notes: Note[] = [];
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void = console.log) {
    this.#print = print;
  }

  title(text: string): void {
    this.heading = text;
    this.#print(`\n${text}`);
  }

  /** A figure that nothing is asked of. */
  note(what: string, figures: string): void {
    this.notes.push({ what, figures });
    this.#print(row("", what, figures));
  }

  check(what: string, holds: boolean, figures: string, { isOwn = false } = {}): void {
    this.checks.push({ what, holds, figures, isOwn });
    this.#print(row(holds ? "ok" : "FAULT", what, figures));
  }

  /** That nothing of the kind was found. */
  checkNone(what: string, count: number): void {
    this.check(what, count === 0, count === 0 ? "none" : whole(count));
  }
}

function row(verdict: string, what: string, figures: string): string {
  return `${verdict.padEnd(6)}${what.padEnd(50)}${figures}`;
}

/** `1,234` */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** `p50 3 ms, p99 20 ms, most 31 ms` */
export function spread(valuesMs: readonly number[]): string {
  if (valuesMs.length === 0) return "nothing measured";
  const sorted = valuesMs.toSorted((a, b) => a - b);
  const at = (share: number) => whole(quantile(sorted, share));
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`;
}

/** Of ascending values; 0 without any. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** The greatest of many values; 0 without any. */
export function most(values: Iterable<number>): number {
  let found = 0;
  for (const value of values) found = Math.max(found, value);
  return found;
}
