import { TidegateError } from "../../contract/errors.ts";
import type { Conversation } from "../../domain/conversations.ts";
import type { Started } from "../../domain/turns.ts";
import { tagOf } from "../conversation-id.ts";
import type { Attendance } from "./attendance.ts";
import { Copies, type Copy, claimOf } from "./copies.ts";
import type { Keys } from "./keys.ts";
import type { Link } from "./link.ts";
import { parseConversation, type WholeReply } from "./replies.ts";
import type { StepName } from "./scripts.ts";

export interface PlaceOptions {
  readonly link: Link;
  readonly keys: Keys;
  readonly attendance: Attendance;
  /** This node's present id. */
  readonly nodeId: () => string;
  /** How long a conversation lives after its last message (C1). */
  readonly lifeMs: number;
  /** Older messages of a long conversation are let go. */
  readonly maxMessages: number;
}

/** What the Redis engines share: where a conversation lies and how a step is made on it. */
export class Place {
  readonly options: PlaceOptions;
  readonly #copies = new Copies();
  #outages = 0;

  constructor(options: PlaceOptions) {
    this.options = options;
  }

  get lifeMs(): string {
    return String(this.options.lifeMs);
  }

  get maxMessages(): string {
    return String(this.options.maxMessages);
  }

  /** A conversation as a step gave it that was told of `copy`; who attends it is noted. */
  conversation(whole: WholeReply, copy: Copy | undefined): Conversation {
    const conversation = parseConversation(whole, copy);
    this.options.attendance.note(conversation.conversationId, whole[5]);
    this.#keepCopy(whole, copy, conversation);
    return conversation;
  }

  /** What a step gave that has started a turn. */
  started(whole: WholeReply, copy: Copy | undefined): Started {
    const conversation = this.conversation(whole, copy);
    if (conversation.running === null) throw new TidegateError("internal");
    return { turn: conversation.running, conversation };
  }

  #keepCopy(whole: WholeReply, before: Copy | undefined, { conversationId, messages }: Conversation): void {
    const [, , , later, , , copied, edition] = whole;
    // One of which Redis has lost a message cannot be counted on, nor can one that an earlier version began.
    const isWhole = messages.length === copied + later.length;
    if (!isWhole || edition === "" || messages.length === 0) return this.#copies.drop(conversationId);
    const chars = before ? (before.chars * copied) / before.messages.length : 0;
    this.#copies.put(conversationId, { edition, messages, chars: chars + charsOf(later) });
  }

  /** Makes a step that gives the whole conversation: the copy is what {@link conversation} has to be given with the reply. */
  async whole(
    name: StepName,
    conversationId: string,
    ...args: readonly string[]
  ): Promise<readonly [reply: unknown, copy: Copy | undefined]> {
    this.#mistrustAfterOutage();
    const copy = this.#copies.get(conversationId);
    return [await this.step(name, conversationId, ...args, ...claimOf(copy)), copy];
  }

  /** Redis may have come back as it was before. */
  #mistrustAfterOutage(): void {
    const { outages } = this.options.link;
    if (outages !== this.#outages) this.#copies.clear();
    this.#outages = outages;
  }

  /** Makes a step on a conversation whose id is the first argument. */
  step(name: StepName, conversationId: string, ...args: readonly string[]): Promise<unknown> {
    const { link, keys } = this.options;
    return link.step(name, keys.conversation(tagOf(conversationId)), [conversationId, ...args]);
  }
}

function charsOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** JSON of an object that a step completes: without its closing brace. */
export function openJson(value: object): string {
  return JSON.stringify(value).slice(0, -1);
}
