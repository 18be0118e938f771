import type { CustomerClass, TurnState } from "../contract/shapes.ts";
import type { Answer } from "./answer.ts";
import type { Clock } from "./clock.ts";
import type { Conversation } from "./conversations.ts";
import type { LastWords, LiveRow } from "./desk.ts";
import { Latest } from "./latest.ts";
import type { CustomerCard } from "./responders.ts";
import type { Listener, Step } from "./steps.ts";

/** So much of a text is shown in a list. */
export const previewChars = 160;
/** Of very many conversations those that changed last are told of. */
const mostTold = 100;
const mostKept = 2_000;
const mostCustomers = 20_000;

/** What goes on in the conversations of this node, as far as the desk has not been told. */
export class LiveRows implements Listener {
  readonly #classOf: (conversationId: string) => CustomerClass;
  readonly #clock: Clock;
  readonly #customers = new Latest<string, CustomerCard>(mostCustomers);
  /** In the order in which they changed, also what was told before. */
  readonly #rows = new Map<string, LiveRow>();
  readonly #changed = new Set<string>();
  /** Answers that have grown since, and when they did. */
  readonly #answers = new Map<string, { readonly answer: Answer; readonly at: number }>();

  constructor(classOf: (conversationId: string) => CustomerClass, clock: Clock) {
    this.#classOf = classOf;
    this.#clock = clock;
  }

  /** The customer of a conversation is known from here on. */
  note({ conversationId, customer }: Conversation): void {
    if (customer !== undefined) this.#customers.set(conversationId, customer);
  }

  /** What there is to say of a conversation that was read. */
  rowOf({ conversationId, messages, running, waiting }: Conversation): LiveRow {
    const last = messages.at(-1);
    const turn = running ? "streaming" : waiting ? "queued" : undefined;
    const words = last && { author: last.author, text: shortened(last.text), at: last.at };
    const changedAt = this.#clock.now();
    return { conversationId, customer: this.#customer(conversationId), last: words, turn, changedAt };
  }

  /** Nothing is answered there. */
  rest({ conversationId, messages }: Conversation): void {
    const { author = "system", text = "", at = 0 } = messages.at(-1) ?? {};
    this.#change(conversationId, { turn: undefined, last: { author, text: ending(text), at } });
  }

  /** What has changed since the last time. */
  take(): readonly LiveRow[] {
    for (const { answer, at } of this.#answers.values()) this.#preview(answer, at);
    const latest = [...this.#changed].slice(-mostTold);
    this.#answers.clear();
    this.#changed.clear();
    return latest.flatMap((id) => this.#rows.get(id) ?? []);
  }

  step(step: Step): void {
    switch (step.kind) {
      case "message-added": {
        // More may have been said since.
        if (step.repeated) return;
        const { author, text, at } = step.message;
        // Whether a question still waits is known where it was asked last, or to nobody here.
        const isWritten = this.#rows.get(step.conversationId)?.turn !== "queued";
        const last = { author, text: shortened(text), at };
        return this.#change(step.conversationId, isWritten ? { last } : { last, turn: undefined });
      }
      case "turn-queued":
        return this.#change(step.ref.conversationId, { turn: "queued" });
      case "turn-started":
        return this.#change(step.answer.ref.conversationId, { turn: "starting" });
      case "turn-ended":
        this.#answers.delete(step.ref.turnId);
        return this.#ended(step);
      case "turn-lost":
        return this.#lost(step.answer);
      default:
    }
  }

  text(answer: Answer): void {
    this.#answers.set(answer.ref.turnId, { answer, at: this.#clock.now() });
  }

  #ended({ ref, message }: Extract<Step, { kind: "turn-ended" }>): void {
    const { author, text, at } = message;
    const last: LastWords | undefined = text === "" ? undefined : { author, text: ending(text), at };
    this.#change(ref.conversationId, { turn: undefined, ...(last && { last }) });
  }

  /** What becomes of it is told by whoever has it now. */
  #lost({ ref: { turnId, conversationId } }: Answer): void {
    this.#answers.delete(turnId);
    // It may have been ended here in another way.
    if (this.#rows.get(conversationId)?.turn === undefined) return;
    this.#rows.delete(conversationId);
    this.#changed.delete(conversationId);
  }

  #preview({ ref, text }: Answer, changedAt: number): void {
    const last: LastWords = { author: "assistant", text: ending(text), at: changedAt };
    this.#change(ref.conversationId, { turn: "streaming" satisfies TurnState, last, changedAt });
  }

  #change(conversationId: string, change: Partial<LiveRow>): void {
    const known = this.#rows.get(conversationId);
    this.#rows.delete(conversationId);
    this.#changed.delete(conversationId);
    this.#changed.add(conversationId);
    const present = { conversationId, customer: this.#customer(conversationId), changedAt: this.#clock.now() };
    this.#rows.set(conversationId, { ...known, ...present, ...change });
    const [oldest] = this.#rows.size > mostKept ? this.#rows.keys() : [];
    if (oldest === undefined) return;
    this.#rows.delete(oldest);
    this.#changed.delete(oldest);
  }

  #customer(conversationId: string): CustomerCard {
    return this.#customers.get(conversationId) ?? { class: this.#classOf(conversationId) };
  }
}

/** The beginning of what somebody said. */
function shortened(text: string): string {
  return text.slice(0, previewChars).toWellFormed();
}

/** The end of what is being written. */
function ending(text: string): string {
  return text.slice(-previewChars).toWellFormed();
}
