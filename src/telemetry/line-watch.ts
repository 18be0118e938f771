import type { CustomerClass } from "../contract/shapes.ts";
import { LeftTickets } from "../domain/left-tickets.ts";
import { type ClassLine, classes, type Round } from "../domain/line.ts";

/** The newcomers' ticket at a moment, in milliseconds that never go back. */
interface Mark {
  readonly next: number;
  readonly at: number;
}

interface Watched {
  line: ClassLine;
  /** Oldest first, one for each second in which somebody came. */
  marks: Mark[];
  readonly left: LeftTickets;
}

const markMs = 1_000;
/** More than an hour in line is told as an hour. */
const mostMarks = 3_600;

/** How the lines stand, read from the rounds that a node hears anyway: nothing more is asked of the line. */
export class LineWatch {
  readonly #now: () => number;
  #lines: Readonly<Record<CustomerClass, Watched>> = opened();
  starting = 0;

  /** @param now milliseconds that never go back */
  constructor(now: () => number) {
    this.#now = now;
  }

  round({ lines, left, starting }: Round): void {
    // Another line whose tickets do not go on behind those of the one before: nothing is known of it.
    if (classes.some((name) => lines[name].next < this.#lines[name].line.next)) this.#lines = opened();
    this.starting = starting;
    for (const { class: name, ticket } of left) this.#lines[name].left.add(ticket);
    for (const name of classes) this.#watch(this.#lines[name], lines[name]);
  }

  waiting(name: CustomerClass): number {
    const { line, left } = this.#lines[name];
    const given = line.next - line.head - (left.countBelow(line.next) - left.countBelow(line.head));
    return Math.max(0, given) + line.before.length;
  }

  /** For how long the head of the line has waited, in milliseconds; 0 when nobody does. */
  oldestWaitMs(name: CustomerClass): number {
    const { marks } = this.#lines[name];
    const [oldest] = marks;
    return this.waiting(name) === 0 || oldest === undefined ? 0 : this.#now() - oldest.at;
  }

  #watch(watched: Watched, line: ClassLine): void {
    const now = this.#now();
    const { marks, left } = watched;
    watched.line = line;
    left.prune(line.head);
    const last = marks.at(-1);
    const hasCome = line.next > (last?.next ?? line.head);
    if (hasCome && (last === undefined || now - last.at >= markMs)) marks.push({ next: line.next, at: now });
    // The head came at the first mark whose newcomers' ticket is beyond its own.
    const first = marks.findIndex(({ next }) => next > line.head);
    marks.splice(0, first === -1 ? marks.length : first);
    if (marks.length > mostMarks) marks.splice(0, marks.length - mostMarks);
  }
}

function opened(): Record<CustomerClass, Watched> {
  const watched = (): Watched => ({
    line: { head: 0, next: 0, served: 0, before: [] },
    marks: [],
    left: new LeftTickets(),
  });
  return { vip: watched(), member: watched(), guest: watched() };
}
