import type { Conversation } from "./conversations.ts";
import { Latest } from "./latest.ts";
import type { Responder } from "./responders.ts";
import type { Listener, Step } from "./steps.ts";

/** Conversations that are not the assistant's, as far as this node has heard; those that were heard of first go. */
const mostKnown = 20_000;

/** Who answers, as far as is known here: a guess that saves a question to the store, never the truth (H1). */
export class Responding implements Listener {
  readonly #others = new Latest<string, Responder>(mostKnown);

  isAssistant(conversationId: string): boolean {
    return !this.#others.has(conversationId);
  }

  /** A conversation was read. */
  note({ conversationId, responder }: Pick<Conversation, "conversationId" | "responder">): void {
    if (responder.kind === "assistant") this.#others.delete(conversationId);
    else this.#others.set(conversationId, responder);
  }

  step(step: Step): void {
    if (step.kind === "responder-changed") this.note(step);
  }

  text(): void {}
}
