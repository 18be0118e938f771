import { Outage } from "../../src/domain/outage.ts";
import { everybodyWaits } from "./stoppable-clock.ts";

/** What becomes of a call: it is carried out; it never arrives; it is carried out, and the reply is lost. */
export type Fate = "done" | "undone" | "unheard";

/** What lies between a node and the store. */
export class Wire {
  /** How the next call fares, which bears that name. */
  fate: (name: string) => Fate = () => "done";
  /** The calls that were made, by name. */
  readonly calls: string[] = [];
  #held: Promise<void> | null = null;
  #replied: Promise<void> = Promise.resolve();

  /** From now on nothing gets through. */
  cut(): void {
    this.fate = () => "undone";
  }

  mend(): void {
    this.fate = () => "done";
  }

  /** The next call that bears this name fares so, and whatever follows it gets lost, until it is mended. */
  breakAt(name: string, fate: Fate): void {
    let broken = false;
    this.fate = (called) => {
      if (broken) return "undone";
      broken = called === name;
      return broken ? fate : "done";
    };
  }

  /** Calls are carried out from here on, but nobody hears of it until the function given back is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return () => {
      if (this.#held === promise) this.#held = null;
      resolve();
    };
  }

  get isHeld(): boolean {
    return this.#held !== null;
  }

  async send<T>(name: string, carryOut: () => Promise<T>): Promise<T> {
    const fate = this.fate(name);
    this.calls.push(name);
    if (fate === "undone") throw new Outage();
    const reply = carryOut();
    if (this.#held) await this.#later(this.#held);
    if (fate === "done") return reply;
    await Promise.allSettled([reply]);
    throw new Outage();
  }

  /** Replies that were held back come one after the other. */
  #later(held: Promise<void>): Promise<void> {
    this.#replied = Promise.all([this.#replied, held]).then(everybodyWaits);
    return this.#replied;
  }

  /** `engine` as it is from behind this wire: all its methods give promises. Its calls are named after it. */
  over<T extends object>(engine: () => T, prefix = ""): T {
    const call = async (name: string | symbol, args: unknown[]): Promise<unknown> => {
      const target: object = engine();
      return Reflect.apply(Reflect.get(target, name), target, args);
    };
    // CAST: the proxy has whatever the engine has at the time of the call.
    return new Proxy({} as T, {
      get:
        (_, name) =>
        (...args: unknown[]) =>
          this.send(prefix + String(name), () => call(name, args)),
    });
  }
}
