import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import type { Reply } from "../../src/contract/events.ts";
import type { Message } from "../../src/contract/shapes.ts";
import { freshId, guestOf, type OpenCustomer, openCustomer } from "../support/customer.ts";
import { until } from "../support/until.ts";
import { asking } from "./service.support.ts";
import { Browser, linesOf, openTab, type Tab } from "./tab.support.ts";

/** A question that was acknowledged. */
interface Acknowledged {
  readonly messageId: string;
  readonly turnId: string;
  readonly text: string;
  readonly at: number;
}

/** Three quarters of a second. */
const chars = 300;
const retryMs = 300;

/**
 * A customer who asks one question after the other at one node, each as soon as the one before is answered, and who has a
 * second tab at another node. What is refused is asked again under the same id.
 */
export class Regular implements AsyncDisposable {
  readonly acknowledged: Acknowledged[] = [];
  readonly refused: string[] = [];
  readonly #customer: OpenCustomer;
  readonly #tab: Tab;
  #over = false;
  readonly #asking: Promise<void>;

  /** Begins to ask. */
  static async open(here: string, there: string): Promise<Regular> {
    const customer = await openCustomer(here);
    return new Regular(customer, await openTab([there], new Browser(customer.opened.guestToken)));
  }

  private constructor(customer: OpenCustomer, tab: Tab) {
    this.#customer = customer;
    this.#tab = tab;
    this.#asking = this.#keepAsking();
  }

  /** Resolves once a question that was asked after this moment has been answered. */
  async answeredAnew(): Promise<void> {
    const from = performance.now();
    await until("a question was asked and answered since", () => {
      const fresh = this.acknowledged.find(({ at }) => at > from);
      return fresh !== undefined && this.#hasEnded(fresh.turnId);
    });
  }

  /** Asks no more; resolves once all is answered. */
  async stop(): Promise<void> {
    this.#over = true;
    await this.#asking;
  }

  /**
   * N4: this customer lost nothing: no connection, no question, no answer; everything stands in the store once, as a node
   * gives it, and in the tab at the other node.
   */
  async expectAllWell(url: string): Promise<void> {
    expect(this.#customer.socket.connected).toBe(true);
    await using witness = await openCustomer(url, guestOf(this.#customer.opened));
    const { messages, turn } = witness.opened;
    const asked = messages.filter(({ author }) => author === "customer");
    const answers = messages.filter(({ author }) => author === "assistant");
    expect(turn).toBeNull();
    expect(asked.map(({ messageId }) => messageId)).toEqual(this.acknowledged.map(({ messageId }) => messageId));
    expect(answers.map(({ turnId, outcome, text }) => ({ turnId, outcome, chars: text.length }))).toEqual(
      this.acknowledged.map(({ turnId }) => ({ turnId, outcome: "completed", chars })),
    );
    for (const answer of answers) this.#expectTold(answer);
    await until(
      "the other tab shows the same",
      () => expect(this.#tab.lines).toEqual(linesOf(messages)) ?? true,
      10_000,
    );
    expect(this.#tab.attempts).toBe(1);
  }

  /** The end brings the whole text; of what came before it nothing was wrong, though a node that was cut off keeps silent. */
  #expectTold({ turnId = "", text }: Message): void {
    const end = this.#customer.facts.find(({ name, payload }) => name === "turn:ended" && payload.turnId === turnId);
    expect(end?.payload.message.text).toBe(text);
    expect(text.startsWith(this.#customer.textOf(turnId))).toBe(true);
  }

  async #keepAsking(): Promise<void> {
    while (!this.#over) {
      const { turnId } = await this.#ask(
        asking({ chars, deltaMs: 50, deltaChars: 20 }, `no ${this.acknowledged.length}`),
      );
      await this.#customer.fact("turn:ended", (ended) => ended.turnId === turnId);
    }
  }

  async #ask(text: string): Promise<Acknowledged> {
    const messageId = freshId();
    for (;;) {
      const reply: Reply<{ turnId: string | null }> = await this.#customer.send("message:send", { messageId, text });
      if (reply.ok) {
        const acknowledged = { messageId, turnId: String(reply.result.turnId), text, at: performance.now() };
        this.acknowledged.push(acknowledged);
        return acknowledged;
      }
      this.refused.push(reply.error.code);
      await pause(retryMs);
    }
  }

  #hasEnded(turnId: string): boolean {
    return this.#customer.facts.some(({ name, payload }) => name === "turn:ended" && payload.turnId === turnId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    this.#tab[Symbol.dispose]();
    await this.#customer[Symbol.asyncDispose]();
  }
}
