import fc from "fast-check";
import { expect, test } from "vitest";
import { Outage } from "../../src/domain/outage.ts";
import type { Turn } from "../../src/domain/turns.ts";
import { caller } from "../engines/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { SharedStore } from "./shared-store.ts";
import { StandbyNode } from "./standby-node.ts";
import type { Fate } from "./wire.ts";

const acts = [
  "ask",
  "ask",
  "begin",
  "repeat",
  "start",
  "raise",
  "end",
  "read",
  "writeBack",
  "empty",
  "fallBack",
] as const;
type Act = (typeof acts)[number];

/** One node and one conversation: what it is asked to do, whatever the store does meanwhile. */
class Life {
  readonly #store = new SharedStore(new VirtualClock(), () => `id${this.#ids++}`);
  readonly #node = new StandbyNode(() => "node", this.#store, new VirtualClock());
  #ids = 0;
  #asked = 0;
  #conversationId = "";
  #turn: Turn | null = null;
  #fallBack = () => {};

  static async begin(fates: readonly Fate[]): Promise<Life> {
    const life = new Life();
    life.#conversationId = (await life.#node.conversations.open(caller("li"))).conversationId;
    await life.act("ask", 0);
    life.#fallBack = life.#store.remember(life.#conversationId);
    const left = [...fates];
    life.#node.side.wire.fate = () => left.shift() ?? "done";
    return life;
  }

  /** What it acknowledges: the same whether the store was there or not. */
  async act(act: Act, size: number): Promise<unknown> {
    const { conversations, turns } = this.#node;
    const turn = this.#turn;
    switch (act) {
      case "ask":
        return this.#ask(`m${this.#asked++}`);
      case "begin":
        return this.#ask(`m${this.#asked++}`, true);
      case "repeat":
        return this.#ask(`m${size % this.#asked}`);
      case "start":
        return this.#hold((await insist(() => turns.start(this.#conversationId)))?.turn ?? null);
      case "raise":
        return turn && this.#hold(await insist(() => turns.raise(turn, turn.epoch, size)));
      case "end":
        this.#turn = null;
        return turn && insist(() => this.#end(turn, `a${size}`));
      case "read":
        return (await conversations.read(this.#conversationId))?.messages.length;
    }
    return this.#happen(act);
  }

  async #end(turn: Turn, text: string): Promise<unknown> {
    const messageId = `a-${turn.turnId}`;
    return (await this.#node.turns.end(turn, turn.epoch, { outcome: "completed", text, messageId }))?.state;
  }

  /** All is well from now on; gives what is in the store then. */
  async settle() {
    this.#node.side.wire.mend();
    await this.#node.standby.writeBack();
    const { messages, running, waiting } = await this.#store.stored(this.#conversationId);
    return { messages, running, waiting };
  }

  /** What befalls the store, and changes nothing for whoever asks. What was lost is given back before anything else. */
  async #happen(event: "writeBack" | "empty" | "fallBack"): Promise<void> {
    if (event === "empty") this.#store.empty();
    if (event === "fallBack") this.#fallBack();
    this.#fallBack = this.#store.remember(this.#conversationId);
    const giving = () => this.#node.standby.writeBack();
    await (event === "writeBack" ? giving().catch(() => {}) : insist(giving));
  }

  async #ask(messageId: string, begins = false): Promise<unknown> {
    const { conversations } = this.#node;
    const question = { messageId, text: messageId, begins };
    const { turnId, started } = await insist(() => conversations.ask(this.#conversationId, question));
    return { turnId, begun: started ? this.#hold(started.turn) : null };
  }

  #hold(turn: Turn | null): unknown {
    if (turn !== null) this.#turn = turn;
    return turn && { turnId: turn.turnId, epoch: turn.epoch, starts: turn.starts };
  }
}

/** What may be another node's, or cannot be given back now, is refused and may be asked for again. */
async function insist<T>(step: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await step();
    } catch (fault) {
      if (!(fault instanceof Outage)) throw fault;
    }
  }
}

const anyAct = fc.tuple(fc.constantFrom(...acts), fc.nat(20));
const anyFate = fc.constantFrom<Fate>("done", "done", "done", "undone", "unheard");

test("N4 C2 S4 S5 whatever calls get lost, before or after they are carried out, the store ends with what was acknowledged, once", async () => {
  const list = fc.array(anyAct, { maxLength: 40, size: "max" });
  const fates = fc.array(anyFate, { maxLength: 80, size: "max" });
  const property = fc.asyncProperty(list, fates, async (wishes, weather) => {
    const [calm, stormy] = [await Life.begin([]), await Life.begin(weather)];
    for (const [act, size] of wishes) {
      const quietly =
        act === "empty" || act === "fallBack" ? await calm.act("writeBack", 0) : await calm.act(act, size);
      expect(await stormy.act(act, size)).toEqual(quietly);
    }
    expect(await stormy.settle()).toEqual(await calm.settle());
  });
  await fc.assert(property, { numRuns: 1_500 });
});
