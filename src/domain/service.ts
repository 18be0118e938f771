import type { CustomerClass, Tier } from "../contract/shapes.ts";
import { classes } from "./line.ts";

/** What an answer is written with. */
export interface Service {
  /** The models to try, best first. */
  readonly chain: readonly [string, ...string[]];
  /** Longest answer, in tokens. */
  readonly maxTokens: number;
  /** Rounds of context at most. */
  readonly rounds: number;
  /** Whether it may look things up. */
  readonly tools: boolean;
}

/** What a lower tier sheds of each answer (A11). */
export interface Shed {
  readonly maxTokens: number;
  readonly rounds: number;
  readonly smallModelFor: readonly CustomerClass[];
  readonly tools: boolean;
}

export interface ServiceSettings {
  readonly model: string;
  readonly smallModel: string;
  readonly fallbacks: readonly string[];
  readonly maxTokens: number;
  readonly rounds: number;
  readonly medium: Shed;
  readonly degraded: Shed;
}

/** What each class is served with in each tier: the one table of what is shed under load (A11). */
export class ServiceTable {
  readonly #table: Readonly<Record<Tier, Readonly<Record<CustomerClass, Service>>>>;

  constructor(settings: ServiceSettings) {
    const nothing = { maxTokens: settings.maxTokens, rounds: settings.rounds, smallModelFor: [], tools: true };
    this.#table = {
      high: rowOf(settings, nothing),
      medium: rowOf(settings, settings.medium),
      degraded: rowOf(settings, settings.degraded),
    };
  }

  of(tier: Tier, name: CustomerClass): Service {
    return this.#table[tier][name];
  }

  /** The classes whose answers a model begins in that tier. */
  servedBy(model: string, tier: Tier): CustomerClass[] {
    return classes.filter((name) => this.#table[tier][name].chain[0] === model);
  }
}

function rowOf(settings: ServiceSettings, shed: Shed): Record<CustomerClass, Service> {
  const { model, smallModel, fallbacks } = settings;
  const maxTokens = Math.min(settings.maxTokens, shed.maxTokens);
  const rounds = Math.min(settings.rounds, shed.rounds);
  const serviceOf = (name: CustomerClass): Service => {
    const isSmall = shed.smallModelFor.includes(name);
    const first = isSmall ? smallModel : model;
    // Whoever is given the small model to spare the other one is not given the other one when the small one fails.
    const rest = fallbacks.filter((each) => each !== first && !(isSmall && each === model));
    return { chain: [first, ...rest], maxTokens, rounds, tools: shed.tools };
  };
  return { vip: serviceOf("vip"), member: serviceOf("member"), guest: serviceOf("guest") };
}
