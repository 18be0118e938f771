import type { Directives } from "./directive.ts";
import type { Fault } from "./faults.ts";
import type { Random } from "./random.ts";

/** What a request is, as far as the scope of a fault asks. */
export interface Occasion {
  readonly model: string;
  readonly phase: "question" | "tools" | "results" | "resume";
}

const maxDirectives = 10_000;

/** Faults waiting to strike: those set for everybody, and the count of those asked for in questions. */
export class FaultBox {
  readonly #random: Random;
  readonly #strikes = new Map<string, number>();
  #global: { readonly fault: Fault; left: number }[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  set(faults: readonly Fault[]): void {
    for (const fault of faults) this.#global.push({ fault, left: limitOf(fault) });
  }

  /** Ends all faults and forgets which directives have struck. */
  clear(): void {
    this.#global = [];
    this.#strikes.clear();
  }

  list(): readonly { readonly fault: Fault; readonly left: number | "all" }[] {
    return this.#global.map(({ fault, left }) => ({ fault, left: Number.isFinite(left) ? left : "all" }));
  }

  /** The faults that strike this request; each counts as used once. */
  strike(directives: Directives, occasion: Occasion): Fault[] {
    const asked = directives.faults.filter(
      ({ key, fault }) => this.#applies(fault, occasion) && this.#count(key, fault),
    );
    const set = this.#global.filter(({ fault }) => this.#applies(fault, occasion));
    for (const entry of set) entry.left--;
    this.#global = this.#global.filter(({ left }) => left > 0);
    return [...asked, ...set].map(({ fault }) => fault);
  }

  #applies(fault: Fault, occasion: Occasion): boolean {
    if (fault.model !== undefined && fault.model !== occasion.model) return false;
    if (fault.on !== "any" && fault.on !== occasion.phase) return false;
    return fault.share === 1 || this.#random() < fault.share;
  }

  #count(key: string, fault: Fault): boolean {
    const strikes = this.#strikes.get(key) ?? 0;
    if (this.#strikes.size > maxDirectives) this.#strikes.clear();
    this.#strikes.set(key, strikes + 1);
    return strikes < limitOf(fault);
  }
}

function limitOf(fault: Fault): number {
  return fault.times === "all" ? Number.POSITIVE_INFINITY : fault.times;
}
