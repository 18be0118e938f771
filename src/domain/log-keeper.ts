import type { Answer } from "./answer.ts";
import type { AnswerLog } from "./answer-log.ts";
import type { Clock, Undo } from "./clock.ts";
import { Outage } from "./outage.ts";
import type { Listener, Step } from "./steps.ts";

/** Between two writes of one answer. */
const logPaceMs = 200;
/** Answers that are due within so long of one another are written together: the fewer at once, the less any other waits. */
const togetherMs = 25;

interface Entry {
  readonly answer: Answer;
  /** Up to where the text is known to be kept, under the epoch that is logged. */
  kept: number;
  /** The answer's text from `from` on, as it came: the long text need not be touched for what is added to it. */
  added: string;
  from: number;
  /** How much of what was looked up is known to be kept. */
  noted: number;
  epoch: number;
  /** When what was added is to be written. */
  dueAt: number;
  writing: Promise<void> | null;
}

export interface LogKeeperOptions {
  readonly log: AnswerLog;
  readonly clock: Clock;
  /** Told of what is no outage. */
  readonly onFault: (fault: unknown, conversationId: string) => void;
}

/**
 * Keeps the text of this node's running answers in the log (S8): every 200 ms what was added, answers that are due together in one write. A
 * piece that could not be written is part of the next one. Nothing in the token loop waits for it (S6). What was looked up
 * is written at once, behind the text before it (C3).
 */
export class LogKeeper implements Listener {
  readonly #options: LogKeeperOptions;
  readonly #entries = new Map<string, Entry>();
  /** With text that is not written yet, in the order in which they are due. */
  readonly #dirty = new Set<Entry>();
  #tick: Undo | null = null;

  constructor(options: LogKeeperOptions) {
    this.#options = options;
  }

  text(answer: Answer, piece: string): void {
    const entry = this.#entries.get(answer.ref.turnId);
    if (entry === undefined) return;
    entry.added += piece;
    this.#plan(entry);
  }

  #plan(entry: Entry): void {
    if (this.#dirty.has(entry)) return;
    entry.dueAt = this.#options.clock.elapsed() + logPaceMs;
    this.#dirty.add(entry);
    this.#tick ??= this.#options.clock.after(logPaceMs, () => this.#writeDue());
  }

  step(step: Step): void {
    if (step.kind === "turn-started") this.#begin(step.answer, step.offset);
    if (step.kind === "turn-activity" && step.activity.state !== "running") this.#look(step.answer);
    if (step.kind === "turn-ended") this.#forget(step.ref.turnId);
    if (step.kind === "turn-lost") this.#lost(step.answer);
  }

  /** Writes every running answer whole: the log may have been lost. */
  rewrite(): void {
    const now = this.#options.clock.elapsed();
    for (const entry of this.#entries.values()) {
      entry.kept = 0;
      entry.noted = 0;
      entry.dueAt = now;
      this.#dirty.add(entry);
    }
    this.#tick ??= this.#options.clock.after(0, () => this.#writeDue());
  }

  /** Resolves when all text so far is kept, or could not be. */
  async flush(): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => this.#write(entry)));
  }

  #begin(answer: Answer, offset: number): void {
    const before = this.#entries.get(answer.ref.turnId);
    // The text before `offset` was kept under earlier epochs, by the node before or by this one as far as it came.
    const isSame = before?.answer === answer;
    const kept = isSame ? Math.min(before.kept, offset) : offset;
    const noted = isSame ? before.noted : answer.found.length;
    const entry = { answer, kept, added: "", from: offset, noted, epoch: answer.epoch, dueAt: 0, writing: null };
    this.#entries.set(answer.ref.turnId, entry);
    if (kept < offset || noted < answer.found.length) this.#plan(entry);
  }

  #look(answer: Answer): void {
    const entry = this.#entries.get(answer.ref.turnId);
    if (entry?.answer === answer) void this.#write(entry);
  }

  #lost(answer: Answer): void {
    if (this.#entries.get(answer.ref.turnId)?.answer === answer) this.#forget(answer.ref.turnId);
  }

  #forget(turnId: string): void {
    const entry = this.#entries.get(turnId);
    if (entry) this.#dirty.delete(entry);
    this.#entries.delete(turnId);
  }

  #writeDue(): void {
    this.#tick = null;
    const { clock } = this.#options;
    const now = clock.elapsed();
    for (const entry of this.#dirty) {
      if (entry.dueAt > now + togetherMs) {
        this.#tick = clock.after(entry.dueAt - now, () => this.#writeDue());
        break;
      }
      // Not first when it is written: one write of it may be under way for long.
      this.#dirty.delete(entry);
      void this.#write(entry);
    }
  }

  async #write(entry: Entry): Promise<void> {
    while (entry.writing) await entry.writing;
    this.#dirty.delete(entry);
    entry.writing = this.#place(entry).finally(() => {
      entry.writing = null;
    });
    await entry.writing;
  }

  async #place(entry: Entry): Promise<void> {
    const { answer, epoch } = entry;
    if (answer.epoch !== epoch) return;
    try {
      // They leave in this order, and neither waits for the other: a node may die at any moment.
      await Promise.all([this.#keepText(entry), this.#keepFound(entry)]);
    } catch (fault) {
      if (!(fault instanceof Outage)) this.#options.onFault(fault, answer.ref.conversationId);
      // It is part of what is written next.
      if (this.#entries.get(answer.ref.turnId) === entry) this.#plan(entry);
    }
  }

  async #keepText(entry: Entry): Promise<void> {
    const { answer, epoch, kept } = entry;
    const text = wholeCharacters(textFrom(entry, kept));
    if (text === "") return;
    await this.#options.log.write(answer.ref, epoch, kept, text);
    // Unless the whole was asked for meanwhile.
    if (entry.kept !== kept) return;
    entry.kept = kept + text.length;
    entry.added = textFrom(entry, entry.kept);
    entry.from = entry.kept;
  }

  async #keepFound(entry: Entry): Promise<void> {
    const { noted } = entry;
    const { ref, found } = entry.answer;
    const fresh = found.slice(noted);
    if (fresh.length === 0) return;
    await Promise.all(fresh.map((finding) => this.#options.log.note(ref, finding)));
    // Unless the whole was asked for meanwhile.
    if (entry.noted === noted) entry.noted = noted + fresh.length;
  }
}

function textFrom({ answer, added, from }: Entry, offset: number): string {
  const isAll = from + added.length === answer.text.length;
  return isAll && offset >= from ? added.slice(offset - from) : answer.text.slice(offset);
}

/** All but the first half of a character whose other half has not come. */
function wholeCharacters(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}
