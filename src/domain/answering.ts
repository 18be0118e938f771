import { wireError } from "../contract/errors.ts";
import type { Answer } from "./answer.ts";
import type { Asker } from "./asker.ts";
import { type Clock, sleep } from "./clock.ts";
import { askForRest, continuable, OverlapFilter } from "./continuation.ts";
import type { Account, Purpose } from "./costs.ts";
import { LookUps } from "./look-ups.ts";
import type { ModelTable } from "./models.ts";
import { customerError, type Progress, type RecoverySettings, type RetryBudget, recover } from "./recovery.ts";
import type { AttemptEnd, ModelMessage, Relay, RelayFailure, RelayRequest, ToolUse } from "./relay.ts";
import { Rounds } from "./rounds.ts";
import type { Service } from "./service.ts";
import type { Listener } from "./steps.ts";
import type { Toolbox } from "./tools.ts";
import type { Ending, Turn } from "./turns.ts";

/**
 * Why an answer is ended before its end: the reason an {@link Answering}'s signal is aborted with. One that is `lost` to
 * another node goes on there: here it has no end.
 */
export type Interruption = "stopped" | "interrupted" | "draining" | "lost";

/** What every answer of a node is written with. */
export interface Desk extends Pick<Service, "chain" | "maxTokens" | "tools"> {
  readonly relay: Relay;
  readonly models: ModelTable;
  /** What the assistant can look up; nothing without it. */
  readonly toolbox?: Toolbox | undefined;
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
  /** Called at the first text, or at the first tool call before any text. */
  readonly begun: () => void;
  /** Waits until another attempt may be made, `waitMs` from now at the earliest, or until `signal` is aborted (U4). */
  readonly again: (waitMs: number) => Promise<void>;
}

/** What is answered. */
export interface Task {
  /** Ends with the question. */
  readonly context: readonly ModelMessage[];
  /** What the shop's people have to say to the model; empty where they say nothing. */
  readonly team: string;
  /** Null where it is not known: then nothing can be looked up. */
  readonly asker: Asker | null;
  /** On whose account it is written (U6). */
  readonly account: Account;
}

/**
 * Writes one answer, from the first attempt to its end.
 *
 * - **C3** What the model looks up is looked up once, and is known in every later attempt.
 * - **U4** Failed attempts are repeated, handed to the next model, or continued under a new epoch, within the budget.
 * - **S5** Only the relay's own end mark makes it `completed`.
 * - **S10** Aborting `signal` with an {@link Interruption} ends it with the text so far; not one piece is appended
 *   afterwards.
 */
export class Answering {
  readonly #desk: Desk;
  readonly #answer: Answer;
  readonly #task: Task;
  readonly #rounds: Rounds;
  readonly #signal: AbortSignal;
  readonly #writing: Writing;
  /** When the present round began. */
  #roundAt: number;
  #hasBegun = false;
  #model = 0;
  #tries = 0;
  #continuations = 0;
  /** Attempts made so far. */
  attempts = 0;
  /** When the first text came, on the clock's `elapsed` scale; null before. */
  firstTextAt: number | null = null;

  constructor(desk: Desk, answer: Answer, task: Task, writing: Writing) {
    this.#desk = desk;
    this.#task = task;
    this.#writing = writing;
    this.#answer = answer;
    this.#signal = writing.signal;
    this.#roundAt = desk.clock.elapsed();
    this.#rounds = roundsFor(desk, answer, task, writing);
  }

  /** Resolves with how the answer ended, or with null when another writer has fenced this one (S4). */
  async write(): Promise<Ending | null> {
    for (;;) {
      // Somebody may have stopped it while nothing was asked of the relay.
      if (this.#signal.aborted) return this.#interrupted();
      const end = await this.#attempt();
      if (this.#signal.aborted) return this.#interrupted();
      // Nobody else aborts: the answer had reached its greatest length.
      if (end.kind === "aborted") return this.#ending("truncated");
      const next = end.kind === "complete" ? await this.#whole(end) : await this.#recover(end.failure);
      if (next !== "go on") return next;
    }
  }

  async #attempt(): Promise<AttemptEnd> {
    const { relay, models, listener } = this.#desk;
    const answer = this.#answer;
    const soFar = this.#rounds.said;
    const how = models[answer.model]?.continues ?? "instruct";
    const known = this.#rounds.messages(this.#task.context);
    const messages = soFar === "" ? known : askForRest(known, soFar, how);
    const full = new AbortController();
    const append = (piece: string) => this.#append(piece, full);
    const overlap = soFar !== "" && how === "instruct" ? new OverlapFilter(soFar, append) : null;
    const purpose = this.#purpose(soFar);
    this.attempts++;
    this.#tries++;
    const request = this.#request(messages);
    const signal = AbortSignal.any([this.#signal, full.signal]);
    const told = await relay.attempt(request, overlap ? (piece) => overlap.push(piece) : append, signal);
    overlap?.end();
    const end = this.#judged(told);
    const { account } = this.#task;
    const { maxTokens } = request;
    listener.step({ kind: "attempt-ended", ref: answer.ref, epoch: answer.epoch, account, purpose, maxTokens, end });
    return end;
  }

  #purpose(soFar: string): Purpose {
    if (soFar !== "") return "continuation";
    if (this.#tries > 0 || this.#model > 0) return "retry";
    return this.#rounds.count > 0 ? "tools" : "answer";
  }

  #request(messages: readonly ModelMessage[]): RelayRequest {
    const { system, maxTokens, toolbox } = this.#desk;
    const request = {
      model: this.#answer.model,
      maxTokens,
      system: withTeam(system, this.#task.team),
      messages,
    };
    const tools = toolbox?.definitions ?? [];
    // Also where none may be called: the prompt stays the same for the relay's cache (U5, A11).
    return tools.length === 0 ? request : { ...request, tools, mayCall: this.#rounds.mayCall };
  }

  /** What an end means here: calls that were not allowed are none, and an end without any text is no answer. */
  #judged(told: AttemptEnd): AttemptEnd {
    const isForbidden = told.kind === "complete" && told.stop === "tool-use" && !this.#rounds.mayCall;
    const end: AttemptEnd = isForbidden ? { kind: "complete", stop: "end", report: told.report } : told;
    return this.#rounds.said === "" ? wordless(end, this.#answer.text !== "") : end;
  }

  #append(given: string, full: AbortController): void {
    if (this.#signal.aborted || full.signal.aborted) return;
    if (!this.#hasBegun) this.#begin();
    const piece = this.#rounds.place(given);
    if (piece === "") return;
    if (this.#answer.text.length + piece.length > maxChars(this.#desk.maxTokens)) return full.abort();
    this.firstTextAt ??= this.#desk.clock.elapsed();
    this.#answer.append(piece);
    this.#desk.listener.text(this.#answer, piece);
  }

  #begin(): void {
    this.#hasBegun = true;
    this.#writing.begun();
  }

  async #recover(failure: RelayFailure): Promise<Next> {
    const { budget, recovery, random, clock } = this.#desk;
    const step = recover(failure, this.#progress(), recovery, random);
    if (step.kind === "give-up" || !budget.spend()) return this.#failed(failure);
    if (step.kind === "next-model") return this.#nextModel();
    // In the middle of an answer nobody goes back into the line.
    if (step.kind === "retry" && this.#rounds.count === 0) await this.#writing.again(step.waitMs);
    else await sleep(clock, step.waitMs, this.#signal);
    if (step.kind === "retry" || this.#signal.aborted) return "go on";
    this.#continuations++;
    return this.#raise(continuable(this.#answer.text).length);
  }

  #progress(): Progress {
    return {
      tries: this.#tries,
      continuations: this.#continuations,
      hasText: this.#rounds.said !== "",
      hasNextModel: this.#model + 1 < this.#desk.chain.length,
      elapsedMs: this.#desk.clock.elapsed() - this.#roundAt,
    };
  }

  #nextModel(): Promise<Next> {
    this.#model++;
    this.#tries = 0;
    this.#answer.model = this.#desk.chain[this.#model] ?? this.#answer.model;
    return this.#raise(this.#answer.text.length);
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

  async #whole(end: Complete): Promise<Next> {
    if (end.stop === "tool-use") return this.#lookUp(end.calls);
    return this.#ending(end.stop === "max-tokens" ? "truncated" : "completed");
  }

  /** A further round is no repeat: it earns its share of repeats as a turn does (U4). */
  async #lookUp(uses: readonly ToolUse[]): Promise<Next> {
    this.#desk.budget.earn();
    await this.#rounds.run(uses);
    if (this.#signal.aborted) return this.#interrupted();
    this.#tries = 0;
    this.#roundAt = this.#desk.clock.elapsed();
    return "go on";
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

function roundsFor(desk: Desk, answer: Answer, { asker }: Task, { signal }: Writing): Rounds {
  const { toolbox, tools, clock, listener } = desk;
  const lookUps = toolbox && tools && asker ? new LookUps(toolbox, asker, signal, answer.found) : null;
  return new Rounds({ answer, lookUps, signal, clock, listener });
}

/**
 * An end without any text is no answer, and one without a word about what was looked up is none either: unless there was
 * no room for it.
 */
function wordless(end: AttemptEnd, hasText: boolean): AttemptEnd {
  if (end.kind !== "complete" || end.stop === "tool-use" || (end.stop === "max-tokens" && hasText)) return end;
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
