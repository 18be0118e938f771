import type { Clock, Undo } from "../../src/domain/clock.ts";

/** A clock that stands still until a test moves it. */
export class VirtualClock implements Clock {
  #now = 1_000_000;
  readonly #tasks = new Set<{ readonly at: number; readonly task: () => void }>();

  now(): number {
    return this.#now;
  }

  elapsed(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): Undo {
    const entry = { at: this.#now + ms, task };
    this.#tasks.add(entry);
    return () => this.#tasks.delete(entry);
  }

  /** With the next move, even one of no time. */
  soon(task: () => void): Undo {
    return this.after(0, task);
  }

  /** Runs what was due by now, but not what that brings about. */
  next(): void {
    const due = [...this.#tasks].filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at);
    for (const entry of due) if (this.#tasks.delete(entry)) entry.task();
  }

  /** Moves on by `ms` while nothing runs. */
  sleep(ms: number): void {
    this.#now += ms;
  }

  /** Moves on by `ms`, running what falls due, in order, each at its own time. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const due = [...this.#tasks].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#tasks.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.task();
    }
    this.#now = until;
  }
}
