import type { Note } from "../contract/shapes.ts";
import { afterSaying } from "./known.ts";
import { Outage } from "./outage.ts";
import type { AgentWords, Handed, Handing, Responders, Said } from "./responders.ts";
import type { Standby } from "./standby.ts";

/**
 * {@link Responders} of a cluster, as far as the store can be reached. Who answers is decided for the whole service or not
 * at all: while the store is away everything is refused as `unavailable`, and the responder stays who it is.
 */
export class StandbyResponders implements Responders {
  readonly #standby: Standby;
  readonly #store: Responders;

  constructor(standby: Standby, store: Responders) {
    this.#standby = standby;
    this.#store = store;
  }

  async hand(conversationId: string, change: Handing): Promise<Handed> {
    const handed = await this.#try(conversationId, () => this.#store.hand(conversationId, change));
    if (handed.kind === "handed") this.#standby.known.note(handed.conversation);
    return handed;
  }

  async say(conversationId: string, agentId: string, words: AgentWords): Promise<Said> {
    const said = await this.#try(conversationId, () => this.#store.say(conversationId, agentId, words));
    if (said.kind === "said") this.#standby.known.change(conversationId, afterSaying(said.message));
    return said;
  }

  note(conversationId: string, note: Note): Promise<void> {
    return this.#standby.run(conversationId, () => this.#store.note(conversationId, note));
  }

  async #try<T extends { readonly kind: string }>(conversationId: string, what: () => Promise<T>): Promise<T> {
    // What is said there is not in the store yet.
    if (this.#standby.keeps(conversationId)) throw new Outage();
    const done = await what();
    if (done.kind !== "gone") return done;
    // Should the store have lost it, reading gives it back.
    return (await this.#standby.read(conversationId, "read")) === null ? done : what();
  }
}
