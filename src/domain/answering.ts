import { wireError } from "../contract/errors.ts";
import type { Answer } from "./answer.ts";
import { type Clock, sleep } from "./clock.ts";
import { askForRest, continuable, OverlapFilter } from "./continuation.ts";
import type { ModelTable } from "./models.ts";
import { customerError, type Progress, type RecoverySettings, type RetryBudget, recover } from "./recovery.ts";
import type { AttemptEnd, ModelMessage, Relay, RelayFailure } from "./relay.ts";
import type { Service } from "./service.ts";
import type { Listener } from "./steps.ts";
import type { Ending, Turn } from "./turns.ts";

/**
 * Why an answer is ended before its end: the reason an {@link Answering}'s signal is aborted with. One that is `lost` to
 * another node goes on there: here it has no end.
 */
export type Interruption = "stopped" | "interrupted" | "draining" | "lost";

/** What every answer of a node is written with. */
export interface Desk extends Pick<Service, "chain" | "maxTokens"> {
  readonly relay: Relay;
  readonly models: ModelTable;
  readonly system: string;
  readonly recovery: RecoverySettings;
  readonly budget: RetryBudget;
  readonly clock: Clock;
  readonly random: () => number;
  readonly listener: Listener;
}

/** What an answer is written under. */
export interface Writing {
  /** Aborted with an {@link Interruption}. */
  readonly signal: AbortSignal;
  /** Begins the answer's next epoch at that offset; null when it is another writer's by now. */
  readonly raise: (offset: number) => Promise<Turn | null>;
  /** Called at the first text. */
  readonly begun: () => void;
  /** Waits until another attempt may be made, `waitMs` from now at the earliest, or until `signal` is aborted (U4). */
  readonly again: (waitMs: number) => Promise<void>;
}

/**
 * Writes one answer, from the first attempt to its end.
 *
 * - **U4** Failed attempts are repeated, handed to the next model, or continued under a new epoch, within the budget.
 * - **S5** Only the relay's own end mark makes it `completed`.
 * - **S10** Aborting `signal` with an {@link Interruption} ends it with the text so far; not one piece is appended
 *   afterwards.
 */
export class Answering {
  readonly #desk: Desk;
  readonly #answer: Answer;
  #context: readonly ModelMessage[] = [];
  #team = "";
  readonly #signal: AbortSignal;
  readonly #writing: Writing;
  readonly #startedAt: number;
  #model = 0;
  #tries = 0;
  #continuations = 0;
  /** Attempts made so far. */
  attempts = 0;
  /** When the first text came, on the clock's `elapsed` scale; null before. */
  firstTextAt: number | null = null;

  constructor(desk: Desk, answer: Answer, writing: Writing) {
    this.#desk = desk;
    this.#writing = writing;
    this.#answer = answer;
    this.#signal = writing.signal;
    this.#startedAt = desk.clock.elapsed();
  }

  /**
   * Answers the last message of `context`; `team` is what the shop's people have to say to the model. Resolves with how the answer ended, or with null when another writer has
   * fenced this one (S4).
   */
  async write(context: readonly ModelMessage[], team = ""): Promise<Ending | null> {
    this.#context = context;
    this.#team = team;
    for (;;) {
      const end = await this.#attempt();
      if (this.#signal.aborted) return this.#interrupted();
      // Nobody else aborts: the answer had reached its greatest length.
      if (end.kind === "aborted") return this.#ending("truncated");
      const next = end.kind === "complete" ? this.#whole(end) : await this.#recover(end.failure);
      if (next !== "go on") return next;
    }
  }

  async #attempt(): Promise<AttemptEnd> {
    const { relay, system, maxTokens, models, listener } = this.#desk;
    const answer = this.#answer;
    const soFar = answer.text;
    const how = models[answer.model]?.continues ?? "instruct";
    const messages = soFar === "" ? this.#context : askForRest(this.#context, soFar, how);
    const full = new AbortController();
    const append = (piece: string) => this.#append(piece, full);
    const overlap = soFar !== "" && how === "instruct" ? new OverlapFilter(soFar, append) : null;
    this.attempts++;
    this.#tries++;
    const request = { model: answer.model, maxTokens, system: withTeam(system, this.#team), messages };
    const signal = AbortSignal.any([this.#signal, full.signal]);
    const told = await relay.attempt(request, overlap ? (piece) => overlap.push(piece) : append, signal);
    overlap?.end();
    const end = answer.text === "" ? wordless(told) : told;
    listener.step({ kind: "attempt-ended", ref: answer.ref, epoch: answer.epoch, end });
    return end;
  }

  #append(piece: string, full: AbortController): void {
    if (this.#signal.aborted || full.signal.aborted || piece === "") return;
    if (this.#answer.text.length + piece.length > maxChars(this.#desk.maxTokens)) return full.abort();
    if (this.firstTextAt === null) {
      this.firstTextAt = this.#desk.clock.elapsed();
      this.#writing.begun();
    }
    this.#answer.append(piece);
    this.#desk.listener.text(this.#answer, piece);
  }

  async #recover(failure: RelayFailure): Promise<Next> {
    const { budget, recovery, random, clock } = this.#desk;
    const step = recover(failure, this.#progress(), recovery, random);
    if (step.kind === "give-up" || !budget.spend()) return this.#failed(failure);
    if (step.kind === "next-model") return this.#nextModel();
    if (step.kind === "retry") {
      await this.#writing.again(step.waitMs);
      return "go on";
    }
    await sleep(clock, step.waitMs, this.#signal);
    if (this.#signal.aborted) return "go on";
    this.#continuations++;
    return this.#raise(continuable(this.#answer.text).length);
  }

  #progress(): Progress {
    return {
      tries: this.#tries,
      continuations: this.#continuations,
      hasText: this.#answer.text !== "",
      hasNextModel: this.#model + 1 < this.#desk.chain.length,
      elapsedMs: this.#desk.clock.elapsed() - this.#startedAt,
    };
  }

  #nextModel(): Promise<Next> {
    this.#model++;
    this.#tries = 0;
    this.#answer.model = this.#desk.chain[this.#model] ?? this.#answer.model;
    return this.#raise(0);
  }

  async #raise(offset: number): Promise<Next> {
    const answer = this.#answer;
    const turn = await this.#writing.raise(offset);
    if (turn === null) return null;
    answer.raise(turn);
    this.#desk.listener.step({ kind: "turn-started", answer, offset });
    return "go on";
  }

  #interrupted(): Ending | null {
    const reason: Interruption = this.#signal.reason;
    if (reason === "lost") return null;
    if (reason !== "draining") return this.#ending(reason);
    return { outcome: "failed", text: this.#answer.text, error: wireError("draining") };
  }

  #failed(failure: RelayFailure): Ending {
    const { text } = this.#answer;
    return {
      outcome: "failed",
      text,
      error: wireError(customerError(failure, text !== ""), undefined, boundedMs(failure.retryAfterMs)),
    };
  }

  #whole(end: Complete): Ending {
    return this.#ending(end.stop === "max-tokens" ? "truncated" : "completed");
  }

  #ending(outcome: Ending["outcome"]): Ending {
    return { outcome, text: this.#answer.text };
  }
}

/** What follows an attempt: another one, the end, or nothing because another writer has taken over. */
type Next = "go on" | Ending | null;

type Complete = Extract<AttemptEnd, { kind: "complete" }>;

const withTeam = (system: string, team: string) => (team === "" ? system : `${system}\n\n${team}`);

/** A relay that does not keep to `max_tokens` cannot fill the memory: no honest answer is as long as this. */
function maxChars(maxTokens: number): number {
  return Math.min(1_000_000, 10_000 + 32 * maxTokens);
}

/** An end without any text is no answer. */
function wordless(end: AttemptEnd): AttemptEnd {
  if (end.kind !== "complete") return end;
  const failure: RelayFailure =
    end.stop === "refusal"
      ? { reason: "declined", detail: "the model declined to answer" }
      : { reason: "empty", detail: "the answer ended without any text" };
  return { kind: "failed", failure, report: end.report };
}

/** What a customer can be asked to wait: relays have been seen to say days. */
function boundedMs(retryAfterMs: number | undefined): number | undefined {
  return retryAfterMs === undefined ? undefined : Math.min(retryAfterMs, 60_000);
}
