import type { ErrorCode, WireError } from "../../../src/contract/errors.ts";
import {
  type CommandResult,
  customerFacts,
  type FactName,
  type FactPayload,
  type Reply,
} from "../../../src/contract/events.ts";
import type { CustomerClass, Tier } from "../../../src/contract/shapes.ts";
import { nowMs } from "../clock.ts";
import { Answer, type Question } from "./answer.ts";
import type { Asked } from "./asked.ts";
import { Presence, type PresenceOptions, type Snapshot } from "./presence.ts";
import type { TextFault } from "./text-check.ts";

export interface VisitorOptions extends PresenceOptions {
  readonly class: CustomerClass;
  readonly tier: (visitor: Visitor, tier: Tier) => void;
  readonly settled: (visitor: Visitor, asked: Asked) => void;
}

/** After these a page sends the same question again, under the same id. */
const momentary: readonly ErrorCode[] = ["rate-limited", "draining", "not-open", "unavailable"];
const mostTries = 5;
/** So many turns that have ended are known by name: text of theirs comes too late. */
const keptTurns = 4;

type Fact = { [N in FactName]: { readonly name: N; readonly payload: FactPayload<N> } }[FactName];

/** One customer, with one question at a time, who reads every word of the answer. */
export class Visitor {
  readonly #options: VisitorOptions;
  readonly #presence: Presence;
  #answer: Answer | null = null;
  readonly #over: string[] = [];

  constructor(options: VisitorOptions) {
    this.#options = options;
    this.#presence = new Presence(options, {
      have: () => this.#have(),
      opened: (at, snapshot) => this.#opened(at, snapshot),
      lost: (at) => this.unsettled?.cutAt.push(at),
      fact: (name, payload) => this.#hear(name, payload),
    });
  }

  get isFree(): boolean {
    return this.#presence.isOpen && (this.#answer === null || this.#answer.isSettled);
  }

  /** What became of the question so far, if it has no outcome yet. */
  get unsettled(): Asked | null {
    return this.#answer && !this.#answer.isSettled ? this.#answer.asked : null;
  }

  /** The connection, for whoever opens, watches and ends it. */
  get presence(): Presence {
    return this.#presence;
  }

  ask(question: Question): void {
    const { tally, class: of } = this.#options;
    const answer: Answer = new Answer(question, [of, this.#presence.url], {
      fault: (fault, what) => this.#fault(fault, what),
      begun: () => tally.begun++,
      waits: (isWaiting) => {
        tally.waiting += isWaiting ? 1 : -1;
      },
      settled: (asked) => {
        tally.unsettled--;
        if (answer.turnId) this.#over.push(answer.turnId);
        if (this.#over.length > keptTurns) this.#over.shift();
        this.#options.settled(this, asked);
      },
    });
    tally.asked++;
    tally.unsettled++;
    answer.asked.askedAt = nowMs();
    this.#answer = answer;
    this.#send(answer);
  }

  #have() {
    const answer = this.#answer;
    if (!answer?.turnId || answer.isSettled) return null;
    return { turnId: answer.turnId, epoch: answer.text.epoch, offset: answer.text.text.length };
  }

  #opened(at: number, { tier, turn, messages }: Snapshot): void {
    this.#options.tier(this, tier);
    const answer = this.#answer;
    if (answer === null || answer.isSettled) return;
    answer.asked.openedAt.push(at);
    answer.isMending = false;
    // Sent again under the same id it is not asked twice.
    if (answer.asked.acknowledgedAt === null) this.#send(answer);
    if (turn && answer.isOf(turn.turnId)) {
      this.#options.tally.mended++;
      return answer.shown(at, turn);
    }
    const stored = messages.find((message) => message.author === "assistant" && message.turnId === answer.turnId);
    // Whoever was away while it ended has the stored text alone.
    if (answer.turnId !== null && stored?.outcome) answer.end(at, stored.outcome, null);
  }

  #send(answer: Answer): void {
    const { messageId, text } = answer.question;
    this.#presence.send("message:send", { messageId, text }, (raw) => {
      const reply = raw as Reply<CommandResult<"message:send">>; // CAST: what the contract says of this command
      if (answer.isSettled || (!reply.ok && this.#again(answer, reply.error))) return;
      const at = nowMs();
      answer.asked.acknowledgedAt ??= at;
      if (!reply.ok) return this.#refused(answer, reply.error);
      answer.turnId ??= reply.result.turnId;
      if (reply.result.turnId !== null) return;
      answer.asked.isForPerson = true;
      answer.end(at, "interrupted", null);
    });
  }

  /** Whether the question is sent once more. */
  #again(answer: Answer, { code, retryAfterMs = 1_000 }: WireError): boolean {
    if (!momentary.includes(code) || ++answer.tries >= mostTries) return false;
    this.#options.tally.again++;
    setTimeout(() => answer.isSettled || this.#send(answer), retryAfterMs);
    return true;
  }

  #refused(answer: Answer, error: WireError): void {
    const { tally, remark } = this.#options;
    answer.asked.refusal = error;
    if (error.code === "shed") tally.shed++;
    else {
      tally.refused++;
      remark("a question was refused", error.code);
    }
    answer.settle();
  }

  #hear(name: string, payload: unknown): void {
    const parsed = Object.hasOwn(customerFacts, name)
      ? customerFacts[name as FactName].payload.safeParse(payload)
      : null;
    if (!parsed?.success) {
      this.#options.tally.strange++;
      return this.#options.remark("a fact is not as the contract has it", name);
    }
    // CAST: the schema of that name has parsed it.
    this.#take({ name, payload: parsed.data } as Fact);
  }

  #take(fact: Fact): void {
    if (fact.name === "tier:changed") return this.#options.tier(this, fact.payload.tier);
    if (!("turnId" in fact.payload)) return;
    const { turnId } = fact.payload;
    const answer = this.#answer;
    if (turnId === undefined || !answer) return;
    if (this.#over.includes(turnId)) {
      if (fact.name === "turn:delta") this.#fault("late", `"${fact.payload.text}" came after the end of its answer`);
      return;
    }
    if (answer.isSettled || !answer.isOf(turnId))
      return this.#options.remark("a fact of a turn that is not open", fact.name);
    answer.turnId ??= turnId;
    this.#follow(answer, fact);
  }

  #follow(answer: Answer, fact: Fact): void {
    const at = nowMs();
    switch (fact.name) {
      case "turn:queued":
        return answer.told({ at, ...fact.payload });
      case "turn:started":
        answer.started(at, fact.payload);
        return this.#fill(answer, () => {});
      case "turn:delta":
        answer.delta(at, fact.payload);
        return this.#fill(answer, () => {});
      case "turn:ended":
        return this.#fill(answer, () => this.#ended(answer, fact.payload), true);
      default:
    }
  }

  #ended(answer: Answer, { outcome, message }: FactPayload<"turn:ended">): void {
    this.#options.tally.ended++;
    // Without a start there was no text to be read.
    answer.end(nowMs(), outcome, answer.asked.startedAt === null ? null : (message?.text ?? null));
  }

  /** Asks for what a hole in the text has left out, and goes on once there is none. */
  #fill(answer: Answer, goOn: () => void, isLast = false): void {
    if (!answer.text.isLacking || answer.turnId === null) return goOn();
    if (answer.isMending && !isLast) return;
    answer.isMending = true;
    const have = { turnId: answer.turnId, epoch: answer.text.epoch, offset: answer.text.text.length };
    this.#presence.send("turn:resume", have, (raw) => {
      const reply = raw as Reply<CommandResult<"turn:resume">>; // CAST: what the contract says of this command
      this.#options.tally.mended++;
      answer.isMending = false;
      if (reply.ok) answer.text.slice(reply.result);
      goOn();
    });
  }

  #fault(fault: TextFault, what: string): void {
    this.#options.tally.texts[fault]++;
    this.#options.remark(`text ${fault}`, what);
  }
}
