import type { Agent, Message, TurnState } from "../contract/shapes.ts";
import type { CustomerCard, PersonWish, Responder } from "./responders.ts";

/** In whose hands a conversation is, as all nodes list it while that is not the assistant's alone. */
export interface CareRow {
  readonly conversationId: string;
  readonly customer: CustomerCard;
  readonly responder: Responder;
  readonly wish: PersonWish | null;
  /** When the message was stored that told of it: of two rows of one conversation the later one holds. */
  readonly at: number;
}

/** The last words of a conversation, shortened. */
export type LastWords = Pick<Message, "author" | "text" | "at">;

/** What goes on in a conversation. */
export interface LiveRow {
  readonly conversationId: string;
  readonly customer: CustomerCard;
  readonly last?: LastWords | undefined;
  /** What its turn is doing; undefined where there is none. */
  readonly turn?: TurnState | undefined;
  /** By the clock of the node that tells of it: of two rows of one conversation the later one holds, whoever tells it first. */
  readonly changedAt: number;
}

/** Clocks do not differ by as much: a row that is older than that is of a node whose clock is wrong, and holds. */
export const skewMs = 60_000;

/** An agent, and what is on the screen. One who has several pages open is listed once for each node. */
export interface Presence extends Agent {
  readonly viewing: readonly string[];
}

/** One conversation as the team sees it; neither part where it is listed no more. */
export interface DeskRow {
  readonly conversationId: string;
  readonly care: CareRow | null;
  readonly live: LiveRow | null;
}

/** What has changed since a look before. */
export interface DeskLook {
  /** For the next look. */
  readonly seq: number;
  readonly rows: readonly DeskRow[];
  readonly present: readonly Presence[];
  /** How long ago each agent was seen last who holds a conversation, in milliseconds. */
  readonly unseenMs: ReadonlyMap<string, number>;
}

/** Conversations of the assistant that are listed; those that were quiet longest go. */
export const mostLive = 300;
/** A node that has not told of its agents for so long has none. */
export const staleMs = 15_000;
/** That a conversation is listed no more is told for so long; whoever looks less often looks at everything. */
export const goneMs = 60_000;

/**
 * The team's common desk: who waits for a person, who has taken what, what the assistant is writing, and who is there.
 * Every call is safe to repeat.
 *
 * - **H1** It lists; it does not decide: in whose hands a conversation is, is kept with the conversation alone.
 * - **H5** Whoever looks with the `seq` of the look before misses nothing.
 */
export interface Desk {
  /** Lists conversations, or what has become of them. One that is the assistant's alone is listed as live. */
  put(care: readonly CareRow[], live: readonly LiveRow[]): Promise<void>;
  /** Conversations that are over. */
  drop(conversationIds: readonly string[]): Promise<void>;
  /** What has changed after that look; with 0 everything. */
  look(since: number): Promise<DeskLook>;
  /** The agents who are connected to that node, instead of those that were told before. */
  here(nodeId: string, present: readonly Presence[]): Promise<void>;
}

/** It has to be listed apart from what the assistant does by itself. */
export function isInHands({ responder, wish }: Pick<CareRow, "responder" | "wish">): boolean {
  return responder.kind !== "assistant" || wish !== null;
}
