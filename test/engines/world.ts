import type { AnswerLog } from "../../src/domain/answer-log.ts";
import type { Conversations } from "../../src/domain/conversations.ts";
import type { Caller } from "../../src/domain/identity.ts";
import type { Nodes } from "../../src/domain/nodes.ts";
import type { Responders } from "../../src/domain/responders.ts";
import type { Turn, Turns } from "../../src/domain/turns.ts";

/** The engines of one node. */
export interface Engines {
  readonly conversations: Conversations;
  readonly turns: Turns;
  readonly responders: Responders;
  readonly log: AnswerLog;
  readonly nodes: Nodes;
}

/** What a suite needs of the engines it is run on. */
export interface EngineWorld extends Engines, AsyncDisposable {
  /** How long a conversation lives here after its last message. */
  readonly lifeMs: number;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
}

export interface WorldOptions {
  /** Messages that a conversation keeps at most. */
  readonly maxMessages?: number;
}

export type OpenEngines = (options?: WorldOptions) => Promise<EngineWorld>;

export function caller(customerId: string): Caller {
  return { customerId, role: "customer", class: "guest", name: undefined, expiresAt: undefined };
}

/** A conversation of `customerId` in which a first question is being answered. */
export async function startTurn(
  { conversations, turns }: Pick<Engines, "conversations" | "turns">,
  customerId = "li",
): Promise<Turn> {
  const { conversationId } = await conversations.open(caller(customerId));
  await conversations.ask(conversationId, { messageId: "m1", text: "one" });
  const turn = (await turns.start(conversationId))?.turn;
  if (turn === undefined) throw new Error("nothing to start");
  return turn;
}
