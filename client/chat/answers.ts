import type { WireError } from "../../src/contract/errors.ts";
import type { CommandResult, FactPayload } from "../../src/contract/events.ts";
import type { Activity, Message, Outcome, Rating } from "../../src/contract/shapes.ts";
import type { AnswerEntry, Step, TextSink } from "./chat.ts";
import { type Reassembly, reassemble } from "./reassembly.ts";
import { cardsOf, withStep } from "./steps.ts";

/** An answer as it stands: what pages show of it, and its text. */
export interface Answer {
  entry: AnswerEntry;
  readonly text: Reassembly;
}

export interface AnswersOptions {
  /** Asks the server for what is missing; rejects when it cannot be had now. */
  resume(have: { turnId: string; epoch: number; offset: number }): Promise<CommandResult<"turn:resume">>;
  /** Something other than text has changed. */
  changed(): void;
  ended(turnId: string): void;
}

/** The answers of one conversation by turn. Those who watch a text keep watching when its answer is dropped and comes back. */
export interface Answers {
  readonly all: ReadonlyMap<string, Answer>;
  /** The answer of a turn; begun as `starting` when there is none. */
  of(turnId: string): Answer;
  started(fact: FactPayload<"turn:started">): void;
  delta(fact: FactPayload<"turn:delta">): void;
  activity(fact: FactPayload<"turn:activity">): void;
  /** All that a snapshot tells of what a turn that has not ended has looked up. */
  looked(turnId: string, activities: readonly Activity[]): void;
  /** An end under a lower epoch than known changes nothing (S4). */
  ended(fact: FactPayload<"turn:ended">): void;
  /** An answer as it was stored: the truth, whatever was known before (S5). */
  stored(message: Message): void;
  /** What a snapshot or a resume tells of a turn that has not ended. */
  slice(turnId: string, piece: { epoch: number; offset: number; text: string }): void;
  /** Forgets the answers that are not among `known`. */
  keepOnly(known: ReadonlySet<string>): void;
  drop(turnId: string): void;
  /** Shows the rating at once; the function given back takes it back. */
  rate(messageId: string, value: Rating): () => void;
  watch(turnId: string, sink: TextSink): () => void;
}

/** Stored answers of no turn, such as a greeting, go by the id of their message. */
export const turnOf = ({ turnId, messageId }: Message) => turnId ?? messageId;

/** CAST: the schema's optional fields allow `undefined`, which JSON cannot carry. */
const failure = (error: Message["error"]) => (error ? { error: error as WireError } : {});

export function openAnswers({ resume, changed, ended }: AnswersOptions): Answers {
  const all = new Map<string, Answer>();
  const sinks = new Map<string, Set<TextSink>>();
  const asking = new Map<string, Promise<void>>();

  function of(turnId: string): Answer {
    return all.get(turnId) ?? begin(turnId);
  }

  function begin(turnId: string): Answer {
    const watchers = () => sinks.get(turnId) ?? [];
    const text = reassemble({
      reset(whole) {
        for (const sink of watchers()) sink.reset(whole);
      },
      append(piece) {
        for (const sink of watchers()) sink.append(piece);
      },
    });
    const answer: Answer = { entry: { kind: "answer", turnId, state: "starting" }, text };
    all.set(turnId, answer);
    for (const sink of watchers()) sink.reset("");
    changed();
    return answer;
  }

  function update(answer: Answer, news: Partial<AnswerEntry>): void {
    answer.entry = { ...answer.entry, ...news };
    changed();
  }

  const take = (answer: Answer, steps: readonly Step[]) => update(answer, { steps, cards: cardsOf(steps) });

  function place(turnId: string, put: (text: Reassembly) => void): void {
    const answer = of(turnId);
    put(answer.text);
    placed(turnId, answer);
  }

  /** After every piece: the first one is news for the page, a hole is a reason to ask. */
  function placed(turnId: string, answer: Answer): void {
    if (answer.entry.state === "starting" && answer.text.text) update(answer, { state: "streaming" });
    if (answer.text.lacking && !asking.has(turnId)) fill(turnId, answer);
  }

  function fill(turnId: string, answer: Answer): void {
    asking.set(turnId, ask(turnId, answer));
  }

  async function ask(turnId: string, { text }: Answer): Promise<void> {
    const { epoch } = text;
    const offset = text.text.length;
    const reply = await resume({ turnId, epoch, offset }).catch(() => null);
    asking.delete(turnId);
    const answer = all.get(turnId);
    if (!reply || !answer) return;
    answer.text.slice(reply);
    if (reply.state === "ended") end(answer, reply.outcome);
    // A reply that did not help is not asked for again at once: the next fact or snapshot asks.
    else if (text.epoch !== epoch || text.text.length !== offset) placed(turnId, answer);
  }

  function end(answer: Answer, outcome: Outcome | undefined, more: Partial<AnswerEntry> = {}, stored?: string): void {
    answer.text.finish(stored);
    close(answer, outcome, more);
  }

  function close(answer: Answer, outcome: Outcome | undefined, more: Partial<AnswerEntry>): void {
    const steps = answer.entry.steps?.filter(({ state }) => state === "failed");
    update(answer, { state: "ended", ...(steps && { steps }), ...(outcome && { outcome }), ...more });
    ended(answer.entry.turnId);
  }

  function stored(message: Message): void {
    const { messageId, at, outcome, error, rating, cards, lookUpFailed } = message;
    const known = { ...(rating && { rating }), ...(lookUpFailed && { lookUpFailed }) };
    const more = { messageId, at, cards, ...failure(error), ...known };
    end(of(turnOf(message)), outcome ?? "completed", more, message.text);
  }

  return {
    all,
    of,
    stored,

    started({ turnId, epoch, offset }) {
      const answer = of(turnId);
      const { steps = [] } = answer.entry;
      // What still holds of an earlier try is told again.
      const still = steps.filter((step) => step.epoch >= epoch);
      if (epoch > answer.text.epoch && still.length < steps.length) take(answer, still);
      place(turnId, ({ started }) => started(epoch, offset));
    },
    delta: (fact) => place(fact.turnId, (text) => text.delta(fact)),

    activity(fact) {
      const answer = of(fact.turnId);
      if (answer.entry.state !== "ended" && fact.epoch >= answer.text.epoch)
        take(answer, withStep(answer.entry.steps ?? [], fact));
    },
    looked(turnId, activities) {
      const answer = of(turnId);
      if (activities.length > 0 || answer.entry.steps) take(answer, activities);
    },

    ended({ turnId, epoch, outcome, error, message }) {
      const answer = of(turnId);
      if (epoch < answer.text.epoch || answer.entry.messageId) return;
      if (message) return stored({ outcome, ...failure(error), ...message, turnId });
      close(answer, outcome, failure(error));
      // A question asked before the end may be answered without its last words: ask after it.
      void Promise.resolve(asking.get(turnId)).then(() => fill(turnId, answer));
    },

    slice: (turnId, piece) => place(turnId, (text) => text.slice(piece)),

    keepOnly(known) {
      for (const turnId of all.keys()) if (!known.has(turnId)) all.delete(turnId);
    },

    rate(messageId, value) {
      const answer = [...all.values()].find(({ entry }) => entry.messageId === messageId);
      if (!answer) return () => {};
      const { rating } = answer.entry;
      update(answer, { rating: value });
      return () => update(answer, { rating });
    },

    drop: (turnId) => void all.delete(turnId),

    watch(turnId, sink) {
      const watchers = sinks.get(turnId) ?? new Set();
      sinks.set(turnId, watchers.add(sink));
      sink.reset(all.get(turnId)?.text.text ?? "");
      return () => {
        watchers.delete(sink);
        if (watchers.size === 0) sinks.delete(turnId);
      };
    },
  };
}
