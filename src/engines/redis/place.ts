import { createHash, randomBytes } from "node:crypto";
import type { Attendance } from "./attendance.ts";
import type { Keys } from "./keys.ts";
import type { Link } from "./link.ts";
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

/** Characters of a conversation's id that name its customer, and with it the hash slot. */
const tagChars = 16;

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

  /** Makes a step on a conversation whose id is the first argument. */
  step(name: StepName, conversationId: string, ...args: readonly string[]): Promise<unknown> {
    return this.stepAt(tagOf(conversationId), name, conversationId, ...args);
  }

  stepAt(tag: string, name: StepName, ...args: readonly string[]): Promise<unknown> {
    const { link, keys } = this.options;
    return link.step(name, keys.conversation(tag), args);
  }
}

/** The customer's part of every conversation id: the same for one customer, and nobody can tell the customer from it. */
export function tagOfCustomer(customerId: string): string {
  return createHash("sha256").update(customerId).digest("base64url").slice(0, tagChars);
}

export function tagOf(conversationId: string): string {
  return conversationId.slice(0, tagChars);
}

/** An id for a new conversation of the customer. */
export function newConversationId(customerId: string): string {
  return tagOfCustomer(customerId) + randomBytes(12).toString("base64url");
}

/** JSON of an object that a step completes: without its closing brace. */
export function openJson(value: object): string {
  return JSON.stringify(value).slice(0, -1);
}
