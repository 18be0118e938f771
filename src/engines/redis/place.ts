import { TidegateError } from "../../contract/errors.ts";
import type { Conversation } from "../../domain/conversations.ts";
import type { Started } from "../../domain/turns.ts";
import { tagOf } from "../conversation-id.ts";
import type { Attendance } from "./attendance.ts";
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

  constructor(options: PlaceOptions) {
    this.options = options;
  }

  get lifeMs(): string {
    return String(this.options.lifeMs);
  }

  get maxMessages(): string {
    return String(this.options.maxMessages);
  }

  /** A conversation as a step gave it; who attends it is noted. */
  conversation(whole: WholeReply): Conversation {
    const conversation = parseConversation(whole);
    this.options.attendance.note(conversation.conversationId, whole[5]);
    return conversation;
  }

  /** What a step gave that has started a turn. */
  started(whole: WholeReply): Started {
    const conversation = this.conversation(whole);
    if (conversation.running === null) throw new TidegateError("internal");
    return { turn: conversation.running, conversation };
  }

  /** Makes a step on a conversation whose id is the first argument. */
  step(name: StepName, conversationId: string, ...args: readonly string[]): Promise<unknown> {
    const { link, keys } = this.options;
    return link.step(name, keys.conversation(tagOf(conversationId)), [conversationId, ...args]);
  }
}

/** JSON of an object that a step completes: without its closing brace. */
export function openJson(value: object): string {
  return JSON.stringify(value).slice(0, -1);
}
