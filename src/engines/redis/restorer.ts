import { handsOf } from "../../domain/responders.ts";
import type { Kept, Restored, Restorer } from "../../domain/standby.ts";
import type { RedisConversationsOptions } from "./conversations.ts";
import type { Place } from "./place.ts";
import { formatTurn, replies } from "./replies.ts";

/** {@link Restorer} of a cluster. May throw `Outage`. */
export class RedisRestorer implements Restorer {
  readonly #place: Place;
  readonly #newId: () => string;

  constructor({ place, newId }: RedisConversationsOptions) {
    this.#place = place;
    this.#newId = newId;
  }

  async restore({ conversation, turns }: Kept): Promise<Restored> {
    const { conversationId, customerId, responder, page, messages, running, waiting } = conversation;
    const { customer, wish, notes = [] } = conversation;
    const { attendance } = this.#place.options;
    const own = this.#place.options.nodeId();
    const entries = messages.map((message) => {
      const { messageId, author, turnId = "" } = message;
      return [messageId, JSON.stringify(message), author === "assistant" ? turnId : ""];
    });
    const owned = turns.map((turn) => {
      const owner = turn.owner ?? (turn.epoch > 0 ? own : undefined);
      return [turn.turnId, formatTurn({ ...turn, owner })];
    });
    const reply = await this.#place.step(
      "restore",
      conversationId,
      customerId,
      JSON.stringify(responder),
      page ? JSON.stringify(page) : "",
      this.#place.lifeMs,
      this.#place.maxMessages,
      JSON.stringify(entries),
      JSON.stringify(owned),
      running?.turnId ?? "",
      waiting?.turnId ?? "",
      this.#newId(),
      JSON.stringify([
        ...["hands", handsOf(responder)],
        ...["wish", wish ? JSON.stringify(wish) : ""],
        ...["customerCard", customer ? JSON.stringify(customer) : ""],
        ...["notes", notes.map((note) => `${note.noteId} ${JSON.stringify(note)}`).join("\n")],
      ]),
    );
    const [taken, merged, watchers, waits, waitingNow] = replies.restored.parse(reply);
    attendance.note(conversationId, watchers);
    const lost: Restored["lost"][number][] = [];
    for (let at = 0; at + 1 < taken.length; at += 2)
      lost.push({ turnId: taken[at] ?? "", epoch: Number(taken[at + 1]) });
    return { lost, merged, waits: waits === 1, waiting: waitingNow === "" ? null : waitingNow, owner: own };
  }
}
