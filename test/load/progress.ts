import { Percentiles } from "./percentiles.ts";
import { whole } from "./report.ts";
import type { Fleet } from "./visitors/fleet.ts";
import type { Tally } from "./visitors/tally.ts";

/** A terminal is told anew each second, anything else every fifth: it keeps the lines. */
const everyMs = 1_000;
const linesEvery = 5;

/** Live figures of a run, in one line. */
export class Progress implements Disposable {
  phase: string;
  readonly #fleet: Fleet;
  readonly #timer: NodeJS.Timeout;
  readonly #from = performance.now();
  #before: Tally;
  #looks = 0;

  constructor(fleet: Fleet, phase: string) {
    this.#fleet = fleet;
    this.phase = phase;
    this.#before = fleet.tally;
    this.#timer = setInterval(() => this.#look(), everyMs);
  }

  /** Something that is told once, and stays. */
  say(what: string): void {
    this.#write(`${this.#clock}  ${what}`, true);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[2K");
  }

  get #clock(): string {
    const seconds = Math.round((performance.now() - this.#from) / 1_000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  #look(): void {
    const [now, before] = [this.#fleet.tally, this.#before];
    const { firstTextMs, lateMs } = this.#fleet.recent;
    if (!process.stderr.isTTY && ++this.#looks % linesEvery !== 0) return;
    const seconds = process.stderr.isTTY ? 1 : linesEvery;
    const each = (name: "asked" | "begun" | "shed") => whole((now[name] - before[name]) / seconds);
    const p99 = new Percentiles(firstTextMs).at(99);
    const parts = [
      `${this.#clock}  ${this.phase}`,
      `${whole(now.open)} sockets`,
      `asked ${each("asked")}/s`,
      `begun ${each("begun")}/s`,
      `in line ${whole(now.waiting)}`,
      `shed ${each("shed")}/s`,
      p99 === null ? "no first words" : `first words p99 ${whole(p99)} ms`,
      `tier ${now.tier ?? "unknown"}`,
      ...(lateMs > 100 ? [`THE GENERATOR IS LATE BY ${whole(lateMs)} ms`] : []),
    ];
    this.#before = now;
    this.#fleet.recent = { firstTextMs: [], lateMs: 0 };
    this.#write(parts.join(" │ "), false);
  }

  #write(line: string, stays: boolean): void {
    if (!process.stderr.isTTY) return void process.stderr.write(`${line}\n`);
    const width = process.stderr.columns ?? 120;
    process.stderr.write(`\r\x1b[2K${stays ? line : line.slice(0, width - 1)}${stays ? "\n" : ""}`);
  }
}
