import { setTimeout as pause } from "node:timers/promises";
import { type OpenCustomer, openCustomer } from "../support/customer.ts";

export interface HonestOptions {
  readonly url: string;
  /** A token; a guest without it. */
  readonly token?: string;
  /** How the relay writes, as the simulator is told. */
  readonly pace: string;
  /** Waits so long between an answer and the next question, half of it more or less: customers do not ask in step. */
  readonly pauseMs: number;
  readonly fault: (what: string) => void;
  /** Told of each answer: the time to its first text, and when the question was asked (`performance.now()`). */
  readonly answered: (firstTextMs: number, askedAt: number) => void;
}

const patienceMs = 20_000;

/** A customer who asks again and again, knows what must be answered, and tells whatever is not as it should be. */
export class Honest implements AsyncDisposable {
  readonly #options: HonestOptions;
  readonly #name: string;
  readonly #customer: OpenCustomer;
  readonly #asking: Promise<void>;
  #isOver = false;
  #asked = 0;

  private constructor(name: string, customer: OpenCustomer, options: HonestOptions) {
    this.#name = name;
    this.#customer = customer;
    this.#options = options;
    this.#asking = this.#ask();
  }

  static async open(name: string, options: HonestOptions): Promise<Honest> {
    const { url, token } = options;
    return new Honest(name, await openCustomer(url, token === undefined ? {} : { token }), options);
  }

  /** Resolves after the answer that is being written. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#asking;
    await this.#customer[Symbol.asyncDispose]();
  }

  async #ask(): Promise<void> {
    while (!this.#isOver) {
      const late = pause(patienceMs, "no answer in time", { ref: false });
      const wrong = await Promise.race([this.#round().catch(String), late]);
      if (wrong !== null) {
        this.#options.fault(`${this.#name}: ${wrong}`);
        return;
      }
      await pause(this.#options.pauseMs * (0.5 + Math.random()));
    }
  }

  /** What is wrong with one answer; null when nothing is. */
  async #round(): Promise<string | null> {
    const { pace, answered } = this.#options;
    const customer = this.#customer;
    customer.facts.length = 0;
    this.#asked++;
    const expected = `Answer ${this.#asked} to ${this.#name}, and to nobody else. 祝您购物愉快。`;
    const askedAt = performance.now();
    const first = customer.fact("turn:delta").then(() => performance.now() - askedAt);
    const { turnId, outcome, message } = await customer.answerTo(
      `[[sim: pace ${pace}; say ${JSON.stringify(expected)}]]`,
    );
    if (outcome !== "completed") return `the answer is ${outcome}`;
    if (message?.text !== expected) return `another answer: ${message?.text}`;
    if (customer.exactTextOf(turnId) !== expected) return `other pieces: ${customer.exactTextOf(turnId)}`;
    answered(await first, askedAt);
    return null;
  }
}
