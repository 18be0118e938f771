import type { WireError } from "../../../src/contract/errors.ts";
import type { AgentCommandInput, AgentCommandName, AgentCommandResult } from "../../../src/contract/events.ts";
import type { Agent, Tier } from "../../../src/contract/shapes.ts";
import type { TextSink } from "../../chat/chat.ts";
import type { DraftState } from "./draft.ts";
import type { Inbox } from "./inbox.ts";
import type { ThreadState } from "./thread.ts";

/** All that the console shows, but for rows, which the {@link Inbox} has, and texts, which are watched. */
export interface DeskState {
  /** `refused` is final: it takes another token. */
  readonly link: "connecting" | "online" | "reconnecting" | "refused";
  readonly refusal?: WireError | undefined;
  /** The first inbox has come. */
  readonly ready: boolean;
  readonly me: Agent | null;
  readonly agents: readonly Agent[];
  readonly tier: Tier;
  readonly thread: ThreadState | null;
  readonly draft: DraftState | null;
}

/** Commands that name the open conversation, as the page asks for them. */
export type Deed = Exclude<
  AgentCommandName,
  "inbox:open" | "conversation:join" | "conversation:leave" | "message:send" | "turn:resume" | "presence:set"
>;

/**
 * An agent's side of the whole house: connection, inbox, the one conversation that is open, without any page.
 *
 * - **H5** Over any number of connections nothing that happened is missed, and nothing is shown twice.
 * - A message is sent under its own id until it is acknowledged, and never twice.
 */
export interface Desk {
  readonly state: DeskState;
  readonly inbox: Inbox;
  subscribe(listener: () => void): () => void;
  /** Looks at a conversation, or at none. */
  open(conversationId: string | null): void;
  send(conversationId: string, text: string): void;
  /** Sends a failed message again under its own id. */
  retry(conversationId: string, messageId: string): void;
  /** Any other command; rejects with a wire error. */
  ask<N extends Deed>(name: N, payload: AgentCommandInput<N>): Promise<AgentCommandResult<N>>;
  take(conversationId: string): Promise<void>;
  /** The agent has pressed a key in the reply to a conversation, or stopped writing it. */
  typing(conversationId: string | null): void;
  setPresence(state: Agent["state"]): Promise<void>;
  askDraft(): void;
  dismissDraft(): void;
  draftText(): string;
  watchDraft(sink: TextSink): () => void;
  watchText(turnId: string, sink: TextSink): () => void;
  /** Checks against the server that nothing was missed: call on wake-up. */
  reconcile(): void;
  close(): void;
}
