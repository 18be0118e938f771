import { TidegateError } from "../../contract/errors.ts";
import type { Note } from "../../contract/shapes.ts";
import {
  type AgentWords,
  type Handed,
  type Handing,
  handsOf,
  mostNotes,
  type Responders,
  type Said,
} from "../../domain/responders.ts";
import { openJson, type Place } from "./place.ts";
import { parseMessage, parseResponder, replies } from "./replies.ts";

/** {@link Responders} of a cluster. Everything may throw `Outage`; every step may be repeated then. */
export class RedisResponders implements Responders {
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  async hand(conversationId: string, { from, to, wish, notice, note, reopen = "" }: Handing): Promise<Handed> {
    const { lifeMs, maxMessages } = this.#place;
    const { messageId, text, ...more } = notice;
    const [reply, copy] = await this.#place.whole(
      "hand",
      conversationId,
      JSON.stringify(from),
      handsOf(to),
      JSON.stringify(to),
      wish ? JSON.stringify(wish) : "",
      messageId,
      openJson({ messageId, author: "system", ...more, text }),
      note?.noteId ?? "",
      note ? JSON.stringify(note) : "",
      reopen,
      lifeMs,
      maxMessages,
      String(mostNotes),
    );
    const handed = replies.handed.parse(reply);
    if (handed[0] === "gone") return { kind: "gone" };
    if (handed[0] === "refused") return { kind: "refused", responder: parseResponder(handed[1]) };
    if (handed[0] === "open") return { kind: "open", conversation: this.#place.conversation(handed[1], copy) };
    const [outcome, message, whole] = handed;
    const conversation = this.#place.conversation(whole, copy);
    return { kind: "handed", conversation, message: parseMessage(message), repeated: outcome === "repeated" };
  }

  async say(conversationId: string, agentId: string, { messageId, text, name }: AgentWords): Promise<Said> {
    const { lifeMs, maxMessages } = this.#place;
    const words = openJson({ messageId, author: "agent", name, text });
    const args = [`agent:${agentId}`, messageId, words, JSON.stringify(text), lifeMs, maxMessages];
    const said = replies.said.parse(await this.#place.step("say", conversationId, ...args));
    if (said.length === 1) return { kind: said[0] };
    if (said[0] === "refused") return { kind: "refused", responder: parseResponder(said[1]) };
    if (said[0] === "said") this.#place.options.attendance.note(conversationId, said[2]);
    const [outcome, message] = said;
    return { kind: "said", message: parseMessage(message), repeated: outcome === "repeated" };
  }

  async note(conversationId: string, note: Note): Promise<void> {
    const args = [note.noteId, JSON.stringify(note), String(mostNotes)];
    if ((await this.#place.step("note", conversationId, ...args)) !== 1) throw new TidegateError("not-found");
  }
}
