import type { WireError } from "../../../src/contract/errors.ts";
import type { AgentFactPayload } from "../../../src/contract/events.ts";
import type { TextSink } from "../../chat/chat.ts";
import { type Reassembly, reassemble } from "../../chat/reassembly.ts";
import type { AgentRequest } from "./request.ts";

/** A draft by the assistant, for this agent alone; its text is watched. */
export interface DraftState {
  readonly conversationId: string;
  readonly state: "asking" | "writing" | "ended" | "failed";
  readonly error?: WireError | undefined;
}

/** At most one at a time. Nothing here ever sends it. */
export interface Draft {
  readonly text: string;
  ask(conversationId: string): void;
  dismiss(): void;
  /** The connection broke: what has not ended will not. */
  lose(error: WireError): void;
  watch(sink: TextSink): () => void;
  delta(fact: AgentFactPayload<"draft:delta">): void;
  ended(fact: AgentFactPayload<"draft:ended">): void;
}

export function openDraft(request: AgentRequest, tell: (state: DraftState | null) => void): Draft {
  const sinks = new Set<TextSink>();
  let state: DraftState | null = null;
  let draftId: string | undefined;
  let text: Reassembly = blank();
  /** Facts may overtake the acknowledgement that says whose they are. */
  let early: (() => void)[] = [];
  let asked = 0;

  function blank(): Reassembly {
    return reassemble({
      reset(whole) {
        for (const sink of sinks) sink.reset(whole);
      },
      append(piece) {
        for (const sink of sinks) sink.append(piece);
      },
    });
  }

  function become(next: DraftState | null): void {
    state = next;
    tell(state);
  }

  function clear(): void {
    asked++;
    draftId = undefined;
    early = [];
    text = blank();
    for (const sink of sinks) sink.reset("");
  }

  function fail(error: WireError): void {
    if (state && (state.state === "asking" || state.state === "writing")) become({ ...state, state: "failed", error });
  }

  function named(id: string, conversationId: string): void {
    draftId = id;
    become({ conversationId, state: "writing" });
    for (const again of early.splice(0)) again();
  }

  /** Of the draft that is shown; kept while nobody knows yet. */
  function ours(id: string, again: () => void): boolean {
    if (state?.state === "asking") early.push(again);
    return draftId !== undefined && id === draftId;
  }

  function delta(fact: AgentFactPayload<"draft:delta">): void {
    if (ours(fact.draftId, () => delta(fact))) text.delta({ epoch: 0, offset: fact.offset, text: fact.text });
  }

  function ended(fact: AgentFactPayload<"draft:ended">): void {
    if (!ours(fact.draftId, () => ended(fact)) || !state) return;
    const failed = fact.outcome !== "completed" && fact.outcome !== "truncated";
    // CAST: the schema's optional fields allow `undefined`, which JSON cannot carry.
    become({ ...state, state: failed ? "failed" : "ended", error: fact.error as WireError | undefined });
  }

  return {
    get text() {
      return text.text;
    },
    ask(conversationId) {
      clear();
      const mine = asked;
      become({ conversationId, state: "asking" });
      request("draft:request", { conversationId }).then(
        (result) => mine === asked && named(result.draftId, conversationId),
        (error: WireError) => mine === asked && fail(error),
      );
    },
    dismiss() {
      clear();
      if (state) become(null);
    },
    lose: fail,
    watch(sink) {
      sinks.add(sink);
      sink.reset(text.text);
      return () => void sinks.delete(sink);
    },
    delta,
    ended,
  };
}
