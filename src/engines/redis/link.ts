import { Outage } from "../../domain/outage.ts";
import type { Store } from "./client.ts";
import { runStep, type StepName } from "./scripts.ts";

/** Refusals that pass by themselves: Redis is starting, failing over, full, or asked in the wrong place for a moment. */
const passing = /^(LOADING|CLUSTERDOWN|READONLY|MASTERDOWN|NOREPLICAS|TRYAGAIN|MOVED|ASK|OOM|MISCONF|BUSY|UNBLOCKED)\b/;

/**
 * The way to what is stored. Once a command has failed for want of Redis, others fail at once instead of waiting their
 * second each, until a {@link probe} gets through.
 */
export class Link {
  readonly store: Store;
  #away = false;
  #outages = 0;

  constructor(store: Store) {
    this.store = store;
  }

  get away(): boolean {
    return this.#away;
  }

  /** How many commands have failed for want of Redis so far: each one may have left something to be mended. */
  get outages(): number {
    return this.#outages;
  }

  /** @throws {Outage} when Redis is away or silent; the step may have happened all the same */
  step(name: StepName, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return this.run((store) => runStep(store, name, keys, args));
  }

  /** Like {@link step}, but tried even while Redis is away. */
  probeStep(name: StepName, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return this.probe((store) => runStep(store, name, keys, args));
  }

  /** @throws {Outage} as {@link step} does */
  async run<T>(command: (store: Store) => Promise<T>): Promise<T> {
    if (!this.#away) return this.probe(command);
    this.#outages++;
    throw new Outage();
  }

  /** Like {@link run}, but tried even while Redis is away; success ends that. */
  async probe<T>(command: (store: Store) => Promise<T>): Promise<T> {
    try {
      const reply = await command(this.store);
      this.#away = false;
      return reply;
    } catch (fault) {
      if (!isPassing(fault)) throw fault;
      this.#away = true;
      this.#outages++;
      throw new Outage(inWords(fault));
    }
  }
}

/** Whatever is no refusal of Redis itself is a connection that broke, timed out or was never there. */
function isPassing(fault: unknown): boolean {
  if (!(fault instanceof Error)) return false;
  return fault.name !== "ReplyError" || passing.test(fault.message);
}

const ofOptions = /^(Reached the max retries|Stream isn't writeable|Connection is closed)/;

/** Where the connection has gone the library speaks of its own options. */
function inWords(fault: unknown): unknown {
  const isLost = fault instanceof Error && ofOptions.test(fault.message);
  return isLost ? new Error("the connection is lost", { cause: fault }) : fault;
}
