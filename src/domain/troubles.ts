import { type Trouble, type TroubleCode, troubleCode } from "../contract/service.ts";
import type { Clock } from "./clock.ts";
import type { ToldTrouble } from "./figures.ts";
import type { Listener, Step } from "./steps.ts";

interface Noted {
  readonly code: TroubleCode;
  readonly about: string;
  count: number;
  firstAt: number;
  lastAt: number;
}

/** Nobody wants to hear of what is longer ago; and what comes again after so long begins anew. */
const forgottenMs = 15 * 60_000;
const anewMs = 5 * 60_000;
const mostNoted = 30;
const mostAboutChars = 100;
/** Something that lasts is noted at least so often; after a longer silence it has come again. */
const lastingMs = 5_000;
/** One late first text in so many is how relays are. */
const bearableShare = 0.1;
/** It goes on, as far as anybody can tell. */
const presentMs = 10_000;

/** Every node sees these for itself: seen by three it is still one. */
const seenByAll: ReadonlySet<TroubleCode> = new Set(["redis-away", "node-lost", "budget-spent"]);

/** What went wrong on this node lately, by what it was and what it was about: never whom it met, nor what they wrote (X5). */
export class Troubles implements Listener {
  readonly #clock: Clock;
  /** The one that was noted last comes last. */
  readonly #noted = new Map<string, Noted>();
  /** Models of which a first text came too late, and when it did last. */
  readonly #lateAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  text(): void {}

  step(step: Step): void {
    if (step.kind === "attempt-ended" && step.end.kind === "failed") {
      const code = troubleCode.safeParse(step.end.failure.reason);
      // That a model will not answer something is no trouble.
      if (code.success) this.note(code.data, step.end.report.model);
    }
    if (step.kind === "turn-activity" && step.activity.state === "failed")
      this.note("look-up-failed", step.activity.tool);
  }

  /** It has happened once more. */
  note(code: TroubleCode, about = ""): void {
    this.#seen(code, about).count++;
  }

  /** It goes on: call at least every few seconds while it does. */
  lasts(code: TroubleCode, about = ""): void {
    const now = this.#clock.elapsed();
    const known = this.#noted.get(keyOf({ code, about: shortened(about) }));
    const isNew = known === undefined || now - known.lastAt > lastingMs;
    const noted = this.#seen(code, about);
    if (isNew) noted.count++;
  }

  /** A first text of that model came too late here: that happens, and is a trouble only where it {@link judged} is one. */
  late(model: string): void {
    this.#lateAt.set(model, this.#clock.elapsed());
  }

  /** How attempts went on all nodes in the last seconds: call at least every few seconds. */
  judged({ attempts, late }: { readonly attempts: number; readonly late: number }): void {
    const now = this.#clock.elapsed();
    for (const [model, at] of this.#lateAt) {
      if (now - at > lastingMs) this.#lateAt.delete(model);
      else if (late > bearableShare * attempts) this.lasts("slow", model);
    }
  }

  /** All of it as it is told to the other nodes. */
  get told(): readonly ToldTrouble[] {
    const now = this.#clock.elapsed();
    for (const [key, { lastAt }] of this.#noted) if (now - lastAt > forgottenMs) this.#noted.delete(key);
    return [...this.#noted.values()].map(({ code, about, count, firstAt, lastAt }) => {
      return { code, about, count, firstMs: now - firstAt, lastMs: now - lastAt };
    });
  }

  #seen(code: TroubleCode, given: string): Noted {
    const now = this.#clock.elapsed();
    const about = shortened(given);
    const key = keyOf({ code, about });
    const known = this.#noted.get(key);
    const isAnew = known === undefined || now - known.lastAt > anewMs;
    const noted = isAnew ? { code, about, count: 0, firstAt: now, lastAt: now } : known;
    noted.lastAt = now;
    this.#noted.delete(key);
    this.#noted.set(key, noted);
    const [oldest] = this.#noted.keys();
    if (this.#noted.size > mostNoted && oldest !== undefined) this.#noted.delete(oldest);
    return noted;
  }
}

const keyOf = ({ code, about }: Pick<Trouble, "code" | "about">) => `${code} ${about}`;

function shortened(about: string): string {
  return about.slice(0, mostAboutChars);
}

/** What all nodes tell, one line for each trouble: those that go on first, then the latest. `at` is the time of day. */
export function mergedTroubles(told: readonly ToldTrouble[], at: number): Trouble[] {
  const merged = [...Map.groupBy(told, keyOf).values()].map((same): Trouble => {
    const counts = same.map(({ count }) => count);
    const lastMs = Math.min(...same.map((each) => each.lastMs));
    // CAST: a group has at least one member.
    const { code, about } = same[0] as ToldTrouble;
    return {
      code,
      about,
      count: seenByAll.has(code) ? Math.max(...counts) : counts.reduce((sum, count) => sum + count, 0),
      firstAt: at - Math.max(...same.map((each) => each.firstMs)),
      lastAt: at - lastMs,
      isNow: lastMs < presentMs,
    };
  });
  return merged.sort((one, other) => Number(other.isNow) - Number(one.isNow) || other.lastAt - one.lastAt);
}
