import type { Store } from "../../src/engines/redis/client.ts";

/** The choices of a run. Where they have run out the first possibility is chosen, which is the most harmless one. */
export class Choices {
  readonly #tape: readonly number[];
  #at = 0;

  constructor(tape: readonly number[]) {
    this.#tape = tape;
  }

  /** A number below `count`. */
  below(count: number): number {
    return (this.#tape[this.#at++] ?? 0) % count;
  }

  among<T>(first: T, ...others: readonly T[]): T {
    return [first, ...others][this.below(1 + others.length)] ?? first;
  }
}

/** How often a command is carried out, and whether its sender hears of the first time. */
interface Fate {
  readonly copies: number;
  readonly heard: boolean;
}

const good: Fate = { copies: 1, heard: true };
const bad: readonly Fate[] = [
  { copies: 2, heard: true },
  { copies: 1, heard: false },
  { copies: 2, heard: false },
  { copies: 0, heard: false },
];

interface Happening {
  /** Not before so many others have happened. */
  readonly after: number;
  readonly happen: () => Promise<void>;
}

/**
 * What lies between some nodes and one Redis: commands arrive once, twice, never or behind later ones, and replies get
 * lost. One thing happens at a time, so that the same choices give the same run.
 */
export class Weather {
  readonly #choices: Choices;
  readonly #happenings: Happening[] = [];
  readonly #onCarriedOut: () => Promise<void>;
  #happened = 0;

  /** @param onCarriedOut is called after each command, before anybody hears of it */
  constructor(choices: Choices, onCarriedOut: () => Promise<void>) {
    this.#choices = choices;
    this.#onCarriedOut = onCarriedOut;
  }

  /** `store` as a node has it: behind this weather. */
  over(store: Store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const command: unknown = Reflect.get(target, name);
        if (typeof command !== "function") return command;
        return (...args: unknown[]) => this.#send(() => command.apply(target, args));
      },
    });
  }

  /** Resolves when the actors have done what they wish and whatever was late has arrived. */
  async pass(actors: readonly Promise<void>[]): Promise<void> {
    const played = Promise.all(actors);
    let over = false;
    played
      .catch(() => {})
      .finally(() => {
        over = true;
      });
    for (;;) {
      await everybodyWaits();
      const next = this.#next();
      if (next) await next.happen();
      else if (over) break;
    }
    await played;
  }

  #send(carryOut: () => Promise<unknown>): Promise<unknown> {
    const { copies, heard } = this.#choices.among(good, good, good, good, good, ...bad);
    return new Promise((resolve, reject) => {
      const arrive = async () => {
        const reply = carryOut();
        await Promise.allSettled([reply]);
        await this.#onCarriedOut();
        return { reply };
      };
      if (heard) this.#later(0, async () => resolve((await arrive()).reply));
      else this.#later(0, async () => reject(new Error("Command timed out")));
      const late = async () => void (await (await arrive()).reply);
      for (let copy = heard ? 1 : 0; copy < copies; copy++) this.#later(this.#choices.below(25), late);
    });
  }

  #later(others: number, happen: () => Promise<void>): void {
    this.#happenings.push({ after: this.#happened + others, happen });
  }

  #next(): Happening | undefined {
    const due = this.#happenings.filter(({ after }) => after <= this.#happened);
    const [next] = due.length > 0 ? [due[this.#choices.below(due.length)]] : this.#happenings;
    if (next === undefined) return undefined;
    this.#happenings.splice(this.#happenings.indexOf(next), 1);
    this.#happened++;
    return next;
  }
}

/** What follows from the last thing that happened has been done by then. */
function everybodyWaits(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
