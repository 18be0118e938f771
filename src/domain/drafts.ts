import { TidegateError, toWireError, type WireError } from "../contract/errors.ts";
import type { Outcome, Tier } from "../contract/shapes.ts";
import { alternating, buildContext } from "./context.ts";
import type { Conversation } from "./conversations.ts";
import { customerError } from "./recovery.ts";
import type { Relay } from "./relay.ts";
import type { Service } from "./service.ts";
import type { Listener } from "./steps.ts";
import { teamNotes } from "./team-notes.ts";

export interface DraftsOptions {
  readonly relay: Relay;
  readonly system: string;
  readonly contextTokens: number;
  readonly service: (conversation: Conversation) => Service;
  readonly tier: () => Tier;
  readonly newId: () => string;
  /** Told of each attempt (U6). */
  readonly listener: Listener;
}

/** Whoever asked for a draft hears of it. */
export interface DraftListener {
  text(draftId: string, offset: number, text: string): void;
  ended(draftId: string, outcome: Outcome, error?: WireError): void;
}

const task =
  "[An agent of the shop's team is answering now. Write the next message to the customer for them, in the customer's " +
  "language, ready to be sent: no preamble, no alternatives, no signature.]";

/** Writes drafts for agents: never sent by themselves, and never in the way of an answer (A11). */
export class Drafts {
  readonly #options: DraftsOptions;

  constructor(options: DraftsOptions) {
    this.#options = options;
  }

  /**
   * Begins a draft of the next message; what comes of it is told to `listener` until `signal` is aborted.
   *
   * @throws {TidegateError} `assistant-busy` while the service sheds its extras
   */
  begin(conversation: Conversation, listener: DraftListener, signal: AbortSignal): string {
    if (this.#options.tier() !== "high") throw new TidegateError("assistant-busy");
    const draftId = this.#options.newId();
    // After the acknowledgement: whoever asked knows the id by then.
    setImmediate(() => void this.#write(draftId, conversation, listener, signal));
    return draftId;
  }

  async #write(
    draftId: string,
    conversation: Conversation,
    listener: DraftListener,
    signal: AbortSignal,
  ): Promise<void> {
    const { relay, system, contextTokens, service, tier, listener: told } = this.#options;
    const { chain, maxTokens, rounds } = service(conversation);
    const said = buildContext(conversation.messages, undefined, { rounds, tokens: contextTokens }, conversation.page);
    const prompt = [system, teamNotes(conversation)].filter(Boolean).join("\n\n");
    // Asked last: what stands last is what a model answers.
    const messages = alternating([...said, { role: "user", text: task }]);
    let offset = 0;
    const onText = (text: string) => {
      listener.text(draftId, offset, text);
      offset += text.length;
    };
    const { conversationId, customerId, customer } = conversation;
    const account = { customerId, class: customer?.class ?? "guest", tier: tier() };
    try {
      const end = await relay.attempt({ model: chain[0], maxTokens, system: prompt, messages }, onText, signal);
      const ref = { conversationId, turnId: draftId };
      told.step({ kind: "attempt-ended", ref, epoch: 0, account, purpose: "draft", maxTokens, end });
      if (end.kind === "aborted") return;
      if (end.kind === "complete")
        return listener.ended(draftId, end.stop === "max-tokens" ? "truncated" : "completed");
      const { code, ...error } = toWireError(new TidegateError(customerError(end.failure, offset > 0)));
      listener.ended(draftId, "failed", { code, ...error });
    } catch (fault) {
      listener.ended(draftId, "failed", toWireError(fault));
    }
  }
}
