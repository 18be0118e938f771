import type { Message } from "../contract/shapes.ts";
import type { CallState } from "./findings.ts";
import type { Standing } from "./line.ts";
import type { Responder } from "./responders.ts";
import type { TurnEnded } from "./steps.ts";
import type { EpochStart, TurnRef } from "./turns.ts";

/** What one node tells another about a conversation. */
export type PeerMessage =
  /** Somebody here looks at that answer and has its text up to `offset` under `epoch`. */
  | { readonly kind: "wanted"; readonly ref: TurnRef; readonly epoch: number; readonly offset: number }
  /** Nobody here looks at that conversation. */
  | { readonly kind: "unwanted"; readonly conversationId: string }
  /** An answer begins, or goes on, under the last of `starts`. */
  | {
      readonly kind: "started";
      readonly ref: TurnRef;
      readonly starts: readonly EpochStart[];
      readonly model: string;
      readonly activities?: readonly CallState[] | undefined;
    }
  /** What was wanted: the text from `offset` on as it is under the last of `starts`. */
  | {
      readonly kind: "slice";
      readonly ref: TurnRef;
      readonly starts: readonly EpochStart[];
      readonly model: string;
      readonly offset: number;
      readonly text: string;
      /** All of them so far. */
      readonly activities?: readonly CallState[] | undefined;
    }
  | {
      readonly kind: "text";
      readonly ref: TurnRef;
      readonly epoch: number;
      readonly offset: number;
      readonly text: string;
      /** How many activities were told before it; none without it. */
      readonly told?: number | undefined;
    }
  /** A tool is run, or has been: `at` is its place among all activities of the answer. */
  | {
      readonly kind: "activity";
      readonly ref: TurnRef;
      readonly epoch: number;
      readonly at: number;
      readonly activity: CallState;
    }
  | { readonly kind: "ended"; readonly end: TurnEnded }
  /** A turn waits, in line or behind a running answer. */
  | { readonly kind: "queued"; readonly ref: TurnRef; readonly place: Standing | null }
  | { readonly kind: "responder"; readonly conversationId: string; readonly responder: Responder; readonly at: number }
  /** An agent answers: that turn is to be silent everywhere, and whoever writes it is to end it. Answered by `hushed`. */
  | { readonly kind: "hush"; readonly ref: TurnRef; readonly asked: string }
  | { readonly kind: "hushed"; readonly ref: TurnRef; readonly asked: string }
  | { readonly kind: "added"; readonly conversationId: string; readonly message: Message }
  /** The store was given back what it lacked of a conversation: whoever looks has missed what was said since then. */
  | { readonly kind: "restored"; readonly conversationId: string; readonly since: number }
  /** That answer is not written here: whoever asked has to look in the store. */
  | { readonly kind: "absent"; readonly ref: TurnRef }
  /** The customer wishes the answer to stop. */
  | { readonly kind: "stop"; readonly ref: TurnRef };

/**
 * The other nodes. What is sent arrives at most once, in the order of sending, soon or never; sending never waits (S6)
 * and never fails. Messages to one node that are sent close together travel together.
 */
export interface Peers {
  send(nodeId: string, message: PeerMessage): void;
}

/** Which other nodes are to be told of a conversation's steps (S7). */
export interface Watchers {
  of(conversationId: string): readonly string[];
  add(conversationId: string, nodeId: string): void;
  remove(conversationId: string, nodeId: string): void;
}

/** The conversation that a message is about. */
export function conversationOf(sent: PeerMessage): string {
  if (sent.kind === "ended") return sent.end.ref.conversationId;
  return "conversationId" in sent ? sent.conversationId : sent.ref.conversationId;
}
