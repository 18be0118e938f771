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
import { LightSocket } from "./light-socket.ts";
import type { Tally } from "./tally.ts";
import type { TextFault } from "./text-check.ts";

export interface VisitorOptions {
  readonly class: CustomerClass;
  /** The shop's token; a guest gets one of the service. */
  readonly token: string | null;
  /** The nodes; the first is the one to come to. */
  readonly urls: readonly string[];
  readonly localAddress: string | undefined;
  readonly tally: Tally;
  /** Something that should not be: what kind of thing, and this one. */
  readonly remark: (kind: string, what: string) => void;
  readonly tier: (visitor: Visitor, tier: Tier) => void;
  readonly settled: (visitor: Visitor, asked: Asked) => void;
  /** Back after the connection was lost: how long that took. */
  readonly back: (tookMs: number) => void;
}

/** As the shop's pages wait before they try again. */
const backoffMs = { first: 500, most: 20_000 };

type Fact = { [N in FactName]: { readonly name: N; readonly payload: FactPayload<N> } }[FactName];
type Snapshot = CommandResult<"conversation:open">;

/** One customer with a socket that comes back at the next node when it is lost, and one question at a time. */
export class Visitor {
  readonly #options: VisitorOptions;
  #socket: LightSocket | null = null;
  #guestToken: string | null = null;
  #node = 0;
  #failures = 0;
  #isOpen = false;
  #lostAt: number | null = null;
  #answer: Answer | null = null;
  /** Turns that have ended: text of theirs comes too late. */
  readonly #over: string[] = [];
  #opened: (() => void) | null = null;

  constructor(options: VisitorOptions) {
    this.#options = options;
  }

  get isFree(): boolean {
    return this.#isOpen && (this.#answer === null || this.#answer.isSettled);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** What became of the question so far, if it has no outcome yet. */
  get unsettled(): Asked | null {
    return this.#answer && !this.#answer.isSettled ? this.#answer.asked : null;
  }

  /** Resolves once the conversation is open, however often that has to be tried. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      this.#opened = resolve;
      this.#connect();
    });
  }

  ask(question: Question): void {
    const { tally, class: of } = this.#options;
    const answer = new Answer(question, [of, this.url], {
      fault: (fault, what) => this.#fault(fault, what),
      begun: () => tally.begun++,
      waits: (isWaiting) => {
        tally.waiting += isWaiting ? 1 : -1;
      },
      settled: (asked) => {
        tally.unsettled--;
        if (this.#answer?.turnId) this.#over.push(this.#answer.turnId);
        if (this.#over.length > 4) this.#over.shift();
        this.#options.settled(this, asked);
      },
    });
    tally.asked++;
    tally.unsettled++;
    answer.asked.askedAt = nowMs();
    this.#answer = answer;
    this.#sendQuestion(answer);
  }

  checkPulse(now: number): void {
    this.#socket?.checkPulse(now);
  }

  /** Resolves when the service has replied to something: what it said before has come by then. */
  ping(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket) this.#socket.send("conversation:open", {}, () => resolve());
      else resolve();
    });
  }

  close(): void {
    this.#socket?.close();
    this.#socket = null;
  }

  /** The node that it is at, or comes to next. */
  get url(): string {
    const { urls } = this.#options;
    return urls[this.#node % urls.length] ?? "";
  }

  #connect(): void {
    const { token, localAddress } = this.#options;
    const auth = { ...(token && { token }), ...(this.#guestToken && { guestToken: this.#guestToken }) };
    const socket: LightSocket = new LightSocket({ url: this.url, localAddress }, auth, {
      connected: () => this.#enter(socket),
      fact: (name, payload) => this.#hear(name, payload),
      lost: (why) => this.#lost(why),
    });
    this.#socket = socket;
  }

  #lost(why: string): void {
    const { tally, remark } = this.#options;
    const at = nowMs();
    if (this.#isOpen) {
      tally.open--;
      tally.cut++;
      this.#lostAt ??= at;
      this.unsettled?.cutAt.push(at);
    } else {
      tally.unopened++;
      remark("a connection did not come about", why);
    }
    this.#isOpen = false;
    this.#node++;
    const waitMs = Math.min(backoffMs.first * 2 ** this.#failures++, backoffMs.most) * (0.5 + Math.random());
    setTimeout(() => this.#socket && this.#connect(), waitMs);
  }

  #enter(socket: LightSocket): void {
    const answer = this.#answer;
    const { epoch, text } = answer?.text ?? { epoch: 0, text: "" };
    const have = answer?.turnId && !answer.isSettled && { turnId: answer.turnId, epoch, offset: text.length };
    socket.send("conversation:open", have ? { have } : {}, (raw) => {
      const reply = raw as Reply<Snapshot>; // CAST: what the contract says of this command
      if (reply.ok) this.#see(reply.result);
      else socket.drop(`the conversation was not opened: ${reply.error.code}`);
    });
  }

  #see({ guestToken, tier, turn, messages }: Snapshot): void {
    const { tally, back } = this.#options;
    const at = nowMs();
    this.#guestToken = guestToken ?? this.#guestToken;
    this.#failures = 0;
    this.#isOpen = true;
    tally.open++;
    if (this.#lostAt !== null) back(at - this.#lostAt);
    this.#lostAt = null;
    this.#options.tier(this, tier);
    const answer = this.#answer;
    if (answer && !answer.isSettled) this.#resume(answer, at, turn, messages);
    this.#opened?.();
    this.#opened = null;
  }

  /** After a loss of the connection: what has become of the question meanwhile. */
  #resume(answer: Answer, at: number, turn: Snapshot["turn"], messages: Snapshot["messages"]): void {
    answer.asked.openedAt.push(at);
    // Sent again under the same id it is not asked twice.
    if (answer.asked.acknowledgedAt === null) this.#sendQuestion(answer);
    if (turn && answer.isOf(turn.turnId)) {
      this.#options.tally.mended++;
      return answer.shown(at, turn);
    }
    const stored = messages.find((message) => message.author === "assistant" && message.turnId === answer.turnId);
    // Whoever was away while it ended has the stored text alone.
    if (answer.turnId !== null && stored?.outcome) answer.end(at, stored.outcome, null);
  }

  #sendQuestion(answer: Answer): void {
    const { messageId, text } = answer.question;
    this.#socket?.send("message:send", { messageId, text }, (raw) => {
      const at = nowMs();
      answer.asked.acknowledgedAt ??= at;
      const reply = raw as Reply<CommandResult<"message:send">>; // CAST: what the contract says of this command
      if (!reply.ok) return this.#refused(answer, reply.error);
      if (reply.result.turnId === null) answer.asked.isForPerson = true;
      if (reply.result.turnId === null) return answer.end(at, "interrupted", null);
      answer.turnId ??= reply.result.turnId;
    });
  }

  #refused(answer: Answer, error: NonNullable<Asked["refusal"]>): void {
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
      return this.#options.remark("a fact of somebody else's turn", fact.name);
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
    this.#socket?.send("turn:resume", have, (raw) => {
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
