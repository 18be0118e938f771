import type { WireError } from "../../src/contract/errors.ts";
import type { CommandInput, CommandName, CommandResult } from "../../src/contract/events.ts";
import type {
  Activity,
  Card,
  Message,
  Notice,
  Outcome,
  Page,
  Rating,
  Responder,
  Tier,
} from "../../src/contract/shapes.ts";

/** How the page reaches the server: `refused` is final until the token or the settings change. */
export type Link = "connecting" | "online" | "reconnecting" | "refused";

/** What the customer asked. `waiting` is true while its turn has not begun: pages show it as a chip. */
export interface QuestionEntry {
  kind: "question";
  messageId: string;
  text: string;
  at: number;
  status: "sending" | "sent" | "failed";
  error?: WireError | undefined;
  turnId?: string | undefined;
  waiting: boolean;
}

/** One use of a tool: what it found stands in the answer's cards. */
export type Step = Pick<Activity, "callId" | "epoch" | "tool" | "state" | "cards">;

/** An answer of the assistant. Its text is not here: see {@link Chat.watchText}. */
export interface AnswerEntry {
  kind: "answer";
  turnId: string;
  state: "starting" | "streaming" | "ended";
  /** Set once stored. */
  messageId?: string;
  at?: number;
  outcome?: Outcome;
  error?: WireError;
  rating?: Rating | undefined;
  /** What the assistant does, or did, for this answer, as far as this page has heard; once it has ended, what failed. */
  steps?: readonly Step[];
  /** By the stored message's word, also where this page has heard of no steps. */
  lookUpFailed?: boolean;
  /** What its tools found: by their own word while the answer is written, and by the stored message's after that. */
  cards?: readonly Card[] | undefined;
}

/** A person's message or a system line. */
export interface OtherEntry {
  kind: "agent" | "system";
  messageId: string;
  text: string;
  at: number;
  name?: string | undefined;
  /** Why a system line stands there. */
  notice?: Notice | undefined;
}

export type Entry = QuestionEntry | AnswerEntry | OtherEntry;

/** Where the turn stands that waits in line. */
export interface Place {
  turnId: string;
  position: number;
  /** The first position that was told for the turn, on whichever page of this tab. */
  from: number;
  /** Null while nothing is known of the pace. */
  waitMs: { low: number; high: number } | null;
}

/** All a page shows, but for the text of answers. A new object after each change; entries that did not change keep theirs. */
export interface ChatState {
  link: Link;
  /** Why the link is refused. */
  refusal?: WireError;
  /** False until the first snapshot has come. */
  ready: boolean;
  simulated: boolean;
  tier: Tier;
  responder: Responder;
  /** In reading order; waiting questions are last. */
  entries: readonly Entry[];
  /** The turn that is being answered, if any: what Stop stops. */
  runningTurnId: string | null;
  place: Place | null;
  /** Set while a person is waited for; `position` in that line as far as it has been told. */
  wish: { position?: number | undefined } | null;
  /** Somebody else who is typing. */
  typing: { name?: string | undefined } | null;
}

/** Receives the text of one answer: everything again, or a piece to append. */
export interface TextSink {
  reset(text: string): void;
  append(piece: string): void;
}

/**
 * The customer's side of one conversation: connection, outbox, resume and reassembly, without any page.
 *
 * - **S3, S4** Text is placed by offset and fenced by epoch; whatever is lost, doubled or late, the text comes right.
 * - A message is sent under its own id until it is acknowledged, over any number of reconnects, and never twice.
 */
export interface Chat {
  readonly state: ChatState;
  subscribe(listener: (state: ChatState) => void): () => void;
  /** Calls `sink.reset` at once with the text so far. */
  watchText(turnId: string, sink: TextSink): () => void;
  /** The whole text of an answer as far as it is known. */
  textOf(turnId: string): string;
  send(text: string, page?: Page): void;
  /** Sends a failed question again under its own id. */
  retry(messageId: string): void;
  /** Stops the running answer, or leaves the line with the given waiting turn. */
  stop(turnId?: string): void;
  rate(messageId: string, value: Rating): void;
  /** Asks for a person, or leaves a message where nobody is there; rejects with a {@link WireError}. */
  callPerson(leave?: string): Promise<void>;
  /** Takes the wish for a person back. */
  dropPerson(): void;
  /** Any other command, as its acknowledgement resolves; rejects with a {@link WireError}. */
  ask<N extends CommandName>(name: N, payload: CommandInput<N>): Promise<CommandResult<N>>;
  /** Checks against the server that nothing was missed: call on wake-up, on `online`, on `pageshow`. */
  reconcile(): void;
  close(): void;
}

export type { Message };
