import { TidegateError, toWireError, wireError } from "../contract/errors.ts";
import type { CustomerClass, Outcome } from "../contract/shapes.ts";
import { Answer } from "./answer.ts";
import { Answering, type Desk, type Interruption, type Task } from "./answering.ts";
import { languageOf } from "./asker.ts";
import { Asking, type AskingOptions } from "./asking.ts";
import { sleep } from "./clock.ts";
import { buildContext } from "./context.ts";
import type { Asked, Conversation, Question } from "./conversations.ts";
import { type Finding, keptOf } from "./findings.ts";
import { Latest } from "./latest.ts";
import type { Standing } from "./line.ts";
import { Outage } from "./outage.ts";
import { answeredIn, idsOf, questionsOf } from "./questions.ts";
import type { Service } from "./service.ts";
import { Silencing, type SilencingOptions } from "./silencing.ts";
import type { TurnReport } from "./steps.ts";
import { teamNotes } from "./team-notes.ts";
import type { Ended, Ending, Started, Turn, TurnRef } from "./turns.ts";

/** A turn that this node answers. */
interface LiveTurn {
  readonly answer: Answer;
  readonly abort: AbortController;
  /** Resolves when the end is stored. */
  readonly ended: Promise<void>;
}

/** What this node has written to its end, in a conversation. */
interface Written {
  /** The ids of the messages that were answered; undefined when nobody can tell. */
  readonly answered?: readonly string[];
  /** Something waits there. */
  readonly isFollowed: boolean;
}

/** What became of a running answer: it is written here now, there is none, a question waits instead, or its writer may still be there. */
export type Revival = "adopted" | "nothing" | "waiting" | "later";

export interface AssistantOptions
  extends Omit<Desk, keyof Service>,
    Omit<AskingOptions, "begin" | "serve">,
    Omit<SilencingOptions, "endHere" | "end"> {
  /** Takes up, with {@link Assistant.adopt}, the running answer of a conversation that nobody writes any more. */
  readonly revive?: (conversationId: string, isFree: boolean) => Promise<Revival>;
  /** What an answer to a customer of that class is written with, as the tier is now (A11). */
  readonly service: (name: CustomerClass) => Service;
  /** Most tokens of context, as estimated. */
  readonly contextTokens: number;
  readonly newId: () => string;
  /** What waits in that conversation was put into the line, and stands there. */
  readonly stands?: (conversationId: string, standing: Standing) => void;
  /** Sees to it that the node which writes a turn stops it; resolves when it ended, or when it was waited for long enough. */
  readonly stopElsewhere?: (turn: Turn) => Promise<void>;
}

/**
 * The AI's side of all conversations on this node: takes up what was asked, writes the answers, stops them.
 *
 * - **A4** One answer at a time for each conversation; what was asked meanwhile is answered together, next.
 * - **S5** Every turn that starts ends with a stored answer, whatever happens.
 * - **S10** An answer needs nobody to listen.
 * - **N1** What another node has taken over is not written here any more, nor ended.
 */
export class Assistant {
  readonly #options: AssistantOptions;
  readonly #live = new Map<string, LiveTurn>();
  /** The latest step of each turn that is under way. */
  readonly #steps = new Map<string, Promise<unknown>>();
  /** Starts under way, by conversation. */
  readonly #starts = new Map<string, Promise<void>>();
  /** Conversations in which more was to be begun while an answer was being written. */
  readonly #owed = new Set<string>();
  readonly #asking: Asking;
  readonly #silencing: Silencing;
  /** How often there was nothing to begin yet in a conversation that was let begin, and when it was looked for last. */
  readonly #early = new Latest<string, { readonly looks: number; readonly at: number }>(mostEarly);
  #closed: Interruption | null = null;
  /** Aborted when nothing is to be waited for any more. */
  readonly #leaving = new AbortController();

  constructor(options: AssistantOptions) {
    this.#options = options;
    this.#asking = new Asking({
      ...options,
      begin: (conversationId, started) => {
        // It came with a question of this node that has nothing to begin: there is nobody to wait for.
        if (!started) this.#early.set(conversationId, { looks: mostLooks, at: this.#options.clock.elapsed() });
        this.begin(conversationId, started);
      },
      serve: (conversationId, as, asks) => this.serve(conversationId, as, asks),
    });
    this.#silencing = new Silencing({
      ...options,
      endHere: (ref) => this.interruptHere(ref),
      end: (turn, ending) => this.#end(turn, ending, noReport),
    });
  }

  /** The answer of a turn while this node writes it. */
  live(turnId: string): Answer | undefined {
    return this.#live.get(turnId)?.answer;
  }

  /** Answers that this node writes. */
  get liveCount(): number {
    return this.#live.size;
  }

  /** The conversations in which this node writes an answer, or is about to. */
  get busy(): ReadonlySet<string> {
    const writing = [...this.#live.values()].map(({ answer }) => answer.ref.conversationId);
    return new Set([...writing, ...this.#starts.keys(), ...this.#asking.beginning]);
  }

  /** See {@link Asking.ask}. */
  ask(conversationId: string, question: Question, as: CustomerClass = "guest"): Promise<Asked> {
    return this.#asking.ask(conversationId, question, as);
  }

  /**
   * Sees to it that what waits in the conversation is answered: somebody was promised that.
   *
   * @param asks see {@link Wish.asks}
   * @param turnId what waits there, where nobody may have been told of it
   */
  serve(conversationId: string, as?: CustomerClass, asks?: readonly string[], turnId?: string): void {
    this.#inTurn(conversationId, async () => {
      const { admission, stands, clock } = this.#options;
      const wish = { conversationId, class: as ?? admission.classOf(conversationId), owed: true };
      let admitted = await this.#surely(() => admission.enter({ ...wish, ...(asks && { asks }) }));
      if (admitted?.kind === "held" && turnId !== undefined) {
        // The node that has ended what was cut has not told the line yet.
        await sleep(clock, earlyMs, this.#leaving.signal);
        admitted = await this.#surely(() => admission.enter({ ...wish, asks: [] }));
      }
      if (admitted?.kind === "granted") await this.#startSurely(conversationId);
      if (admitted?.kind !== "waiting") return;
      if (turnId === undefined) stands?.(conversationId, admitted);
      else await this.#tellPlace({ conversationId, turnId }, admitted);
    });
  }

  /** Unless the turn has ended while its place was asked for: nobody would take that back. */
  async #tellPlace(ref: TurnRef, place: Standing): Promise<void> {
    const turn = await this.#surely(() => this.#options.turns.read(ref));
    if (turn?.state === "queued") this.#options.listener.step({ kind: "turn-queued", ref, place });
  }

  /** The line lets an answer begin in that conversation; its turn may be `started` already. */
  begin(conversationId: string, started?: Started): void {
    if (!started) return this.#inTurn(conversationId, () => this.#startSurely(conversationId));
    // At once: another start of that conversation may be waiting for its question, and must find the answer under way.
    try {
      this.#go(started);
    } catch (fault) {
      this.#inTurn(conversationId, () => this.#broke(fault, conversationId));
    }
  }

  async #startSurely(conversationId: string): Promise<void> {
    // The turn may have come before the question was stored: without waiting, its place would be lost.
    await this.#asking.settled(conversationId);
    try {
      await this.#surely(() => this.#start(conversationId));
    } catch (fault) {
      await this.#broke(fault, conversationId);
    }
  }

  /** It is tried once more, much later. */
  async #broke(fault: unknown, conversationId: string): Promise<void> {
    this.#options.onFault(fault, conversationId);
    await this.#surely(() => this.#options.admission.defer(conversationId, brokenMs));
  }

  #inTurn(conversationId: string, what: () => Promise<unknown>): void {
    const starting = (this.#starts.get(conversationId) ?? Promise.resolve())
      .then(async () => void (await what()))
      .catch((fault: unknown) => this.#options.onFault(fault, conversationId))
      .finally(() => {
        if (this.#starts.get(conversationId) === starting) this.#starts.delete(conversationId);
      });
    this.#starts.set(conversationId, starting);
  }

  /**
   * Takes over a turn that nobody writes any more, going on from `text` and from what was `found`. False when another node was faster (S4): then
   * nothing was done.
   */
  async adopt(turn: Turn, text: string, found: readonly Finding[] = []): Promise<boolean> {
    // It has started it itself, and is about to hear so.
    if (this.#asking.isBeginning(turn.conversationId)) return false;
    await this.#options.work?.take(turn.conversationId);
    const raised = await this.#options.turns.raise(turn, turn.epoch, text.length);
    if (raised === null) {
      await this.#rest(turn.conversationId);
      return false;
    }
    if (raised.epoch <= mostEpochs) {
      this.#begin(raised, text, found);
      return true;
    }
    const ending = { outcome: "failed", text, error: wireError("internal"), ...keptOf(found) } as const;
    await this.#end(raised, ending, noReport);
    this.#options.admission.ended(turn.conversationId);
    this.serve(turn.conversationId, undefined, []);
    return true;
  }

  /** Makes sure of every answer that this node writes: those that others have taken over are given up (N1). */
  async reclaim(): Promise<void> {
    await Promise.all([...this.#live.values()].map((live) => this.#reclaim(live)));
  }

  /** Another node has taken that turn further, to an epoch that is not this node's. */
  lose(turnId: string): void {
    this.#live.get(turnId)?.abort.abort("lost" satisfies Interruption);
  }

  /** Stops an answer or takes a waiting turn back; resolves with how it ended, once that is stored (S10). */
  async stop(ref: TurnRef): Promise<Outcome> {
    const turn = await this.#options.turns.read(ref);
    if (turn === null) throw new TidegateError("not-found");
    if (turn.state === "queued") {
      const { admission, conversations } = this.#options;
      const { messages = [] } = (await conversations.read(ref.conversationId)) ?? {};
      // First: whoever asks again meanwhile enters anew.
      await admission.giveUp(ref.conversationId, idsOf(questionsOf(messages, ref.turnId)));
      await this.#end(turn, { outcome: "stopped", text: "" }, noReport);
    }
    // It may have begun meanwhile: then it is stopped as an answer.
    await this.#settled(ref.conversationId);
    if (!(await this.#stopHere(ref))) await this.#stopElsewhere(ref);
    return (await this.#options.turns.read(ref))?.answer?.outcome ?? "stopped";
  }

  /** False where this node does not write that answer. */
  async #stopHere({ turnId }: TurnRef): Promise<boolean> {
    const live = this.#live.get(turnId);
    live?.abort.abort("stopped" satisfies Interruption);
    await live?.ended;
    return live !== undefined;
  }

  /** See {@link Silencing.interrupt}. */
  interrupt(conversation: Conversation): Promise<void> {
    return this.#silencing.interrupt(conversation);
  }

  /** See {@link Silencing.finish}. */
  finish(conversation: Conversation): void {
    this.#silencing.finish(conversation);
  }

  /** Ends an answer that is written here, because somebody else answers; resolves when that is stored. */
  async interruptHere({ conversationId, turnId }: TurnRef): Promise<void> {
    await this.#settled(conversationId);
    const live = this.#live.get(turnId);
    live?.abort.abort("interrupted" satisfies Interruption);
    await live?.ended;
  }

  /** What is about to begin there has begun, or has not. */
  async #settled(conversationId: string): Promise<void> {
    // First: a question may bring its start along.
    await this.#asking.settled(conversationId);
    await this.#starts.get(conversationId);
  }

  /** Whoever asked has gone: the place in line is given up (A7). False while an answer is being written there. */
  async abandon(conversationId: string): Promise<boolean> {
    const { conversations, admission } = this.#options;
    const conversation = await conversations.read(conversationId);
    if (conversation?.running) return false;
    if (!conversation?.waiting) return true;
    await admission.giveUp(conversationId, idsOf(questionsOf(conversation.messages, conversation.waiting.turnId)));
    // One that has begun meanwhile is not ended: its epoch is another by then (S4).
    const error = wireError("place-given-up");
    await this.#end(conversation.waiting, { outcome: "shed", text: "", error }, noReport);
    return true;
  }

  /**
   * Resolves when nothing is being written and nothing waits. Aborting `hurry` ends what is left: as `failed`, with its
   * text, and what still waits without any; or, when it is `lost` to other nodes, without an end.
   */
  async drain(hurry: AbortSignal, how: "draining" | "lost" = "draining"): Promise<void> {
    const endAll = () => {
      this.#closed = how;
      this.#leaving.abort();
      for (const { abort } of this.#live.values()) abort.abort(how);
    };
    hurry.addEventListener("abort", endAll, { once: true });
    if (hurry.aborted) endAll();
    const { admission, clock } = this.#options;
    // Those who wait are answered too, where there is nobody else to do it.
    const waits = () => how === "draining" && admission.isBusy;
    while (this.#live.size + this.#starts.size + [...this.#asking.beginning].length > 0 || waits()) {
      await Promise.all([...this.#asking.beginning].map((id) => this.#asking.settled(id)));
      if (this.#closed === "draining")
        for (const conversationId of await admission.giveUpAll()) this.begin(conversationId);
      await Promise.all([...this.#starts.values(), ...[...this.#live.values()].map(({ ended }) => ended)]);
      // What was asked behind an answer waits from its end on.
      if (how === "draining") await admission.flush();
      if (waits() && this.#live.size + this.#starts.size === 0 && this.#closed === null)
        await sleep(clock, drainLookMs, hurry);
    }
    hurry.removeEventListener("abort", endAll);
  }

  /** Tries again for as long as the store is away: whoever has asked is owed an answer (S5). Null when this node leaves. */
  async #surely<T>(what: () => Promise<T>): Promise<T | null> {
    while (this.#closed !== "lost") {
      try {
        return await what();
      } catch (fault) {
        if (!(fault instanceof Outage)) throw fault;
      }
      await sleep(this.#options.clock, storeAgainMs, this.#leaving.signal);
      if (this.#closed !== null) return null;
    }
    return null;
  }

  async #start(conversationId: string): Promise<void> {
    const { work, turns, admission, clock } = this.#options;
    // Listed first: the two commands leave in this order.
    const listed = work?.take(conversationId);
    const started = await turns.start(conversationId);
    await listed;
    if (started) return this.#go(started);
    // The question begins what there is, and tells the line.
    if (this.#asking.isBeginning(conversationId)) return;
    const looks = this.#looksFor(conversationId);
    this.#early.delete(conversationId);
    const revival = (await this.#options.revive?.(conversationId, admission.isFree(conversationId))) ?? "nothing";
    if (revival === "adopted" || this.#asking.isBeginning(conversationId)) return;
    if (revival === "waiting") {
      // Another node has stored it, or ended what ran before it, since it was looked for: it is not let wait for that.
      const late = await turns.start(conversationId);
      if (late) return this.#go(late);
    }
    await this.#rest(conversationId);
    if (this.#writesIn(conversationId)) this.#owed.add(conversationId);
    else if (revival === "later" || revival === "waiting") await admission.defer(conversationId, deferMs);
    else if (looks >= mostLooks) admission.ended(conversationId);
    else {
      // Asked at another node, which may not have stored it yet: in a rush it may be late by a second or two.
      await admission.defer(conversationId, earlyMs * 2 ** looks);
      this.#early.set(conversationId, { looks: looks + 1, at: clock.elapsed() });
    }
  }

  /** What was withdrawn while it was looked for does not count for what is asked later. */
  #looksFor(conversationId: string): number {
    const { looks = 0, at = 0 } = this.#early.get(conversationId) ?? {};
    return this.#options.clock.elapsed() - at < looksAgainMs ? looks : 0;
  }

  #go({ turn, conversation }: Started): void {
    this.#early.delete(turn.conversationId);
    if (this.#live.has(turn.turnId)) return;
    this.#begin(turn, "", [], conversation);
  }

  /** Nothing is answered there by this node, unless something is. */
  async #rest(conversationId: string): Promise<void> {
    if (!this.#writesIn(conversationId)) await this.#options.work?.drop(conversationId);
  }

  #writesIn(conversationId: string): boolean {
    for (const { answer } of this.#live.values()) if (answer.ref.conversationId === conversationId) return true;
    return false;
  }

  #reclaim({ answer, abort }: LiveTurn): Promise<void> {
    const { turns, work, listener } = this.#options;
    return this.#inOrder(answer.ref, async () => {
      const raised = await turns.raise(answer.ref, answer.epoch, answer.text.length);
      if (raised === null) return abort.abort("lost" satisfies Interruption);
      answer.overwrite(raised.starts, answer.text.length, "");
      listener.step({ kind: "turn-started", answer, offset: raised.starts.at(-1)?.offset ?? 0 });
      await work?.take(answer.ref.conversationId);
    });
  }

  /** Steps of one turn are made one after the other, each under the epoch that the one before has left. */
  #inOrder<T>({ turnId }: TurnRef, make: () => Promise<T>): Promise<T> {
    const step = (this.#steps.get(turnId) ?? Promise.resolve()).then(make);
    const settled = step
      .catch(() => {})
      .finally(() => {
        if (this.#steps.get(turnId) === settled) this.#steps.delete(turnId);
      });
    this.#steps.set(turnId, settled);
    return step;
  }

  async #stopElsewhere(ref: TurnRef): Promise<void> {
    const { turns, stopElsewhere } = this.#options;
    const turn = await turns.read(ref);
    if (!stopElsewhere || turn === null || turn.state === "ended") return;
    await stopElsewhere(turn);
    // It may have been taken up here meanwhile.
    if (await this.#stopHere(ref)) return;
    const left = await this.#silencing.openTurn(ref);
    if (left !== null) await this.#silencing.fence(left, "stopped");
  }

  #begin(turn: Turn, text: string, found: readonly Finding[] = [], conversation?: Conversation): void {
    const service = this.#options.service(this.#options.admission.classOf(turn.conversationId));
    const answer = new Answer(turn, service.chain[0], text, found);
    const abort = new AbortController();
    // A tick later, so that the answer is known here before anybody is told that it begins.
    const ended = Promise.resolve()
      .then(() => this.#answer(turn, answer, service, abort.signal, conversation))
      .catch((fault: unknown) => {
        this.#options.onFault(fault, answer.ref.conversationId);
        return broken;
      })
      .then((written) => {
        // This node may have taken the turn up anew, as another one's.
        if (this.#live.get(turn.turnId)?.answer === answer) this.#live.delete(turn.turnId);
        // Of a node that leaves it stays listed: should the line be away, the others find it there.
        if (this.#closed !== "lost") void this.#rest(turn.conversationId);
        if (written === null) return this.#handBack(turn.conversationId);
        this.#options.admission.ended(turn.conversationId, written.answered);
        const isOwed = this.#owed.delete(turn.conversationId) || this.#options.waits?.(turn.conversationId);
        // Whatever the line knows of it: it may have been asked while that could not be reached.
        if (isOwed || written.isFollowed) this.serve(turn.conversationId, undefined, []);
      });
    this.#live.set(turn.turnId, { answer, abort, ended });
    if (this.#closed) abort.abort(this.#closed);
  }

  /** Whoever goes on with the answer does so at the place that it had. */
  #handBack(conversationId: string): void {
    this.#options.admission.handBack(conversationId).catch((fault: unknown) => {
      if (!(fault instanceof Outage)) this.#options.onFault(fault, conversationId);
    });
  }

  /** Writes the answer to its end; null when somebody else goes on with it. */
  async #answer(
    turn: Turn,
    answer: Answer,
    service: Service,
    signal: AbortSignal,
    read?: Conversation,
  ): Promise<Written | null> {
    const { turns, listener, budget, clock } = this.#options;
    const startedAt = clock.elapsed() - (clock.now() - turn.askedAt);
    listener.step({ kind: "turn-started", answer, offset: answer.text.length });
    budget.earn();
    const raise = (offset: number) => this.#inOrder(answer.ref, () => turns.raise(answer.ref, answer.epoch, offset));
    const { admission } = this.#options;
    const writing = {
      signal,
      raise,
      begun: () => admission.began(turn.conversationId),
      again: (waitMs: number) => admission.again(turn.conversationId, waitMs, signal),
    };
    const reading = this.#reading(turn, read);
    const begun = reading.then(
      (conversation) =>
        new Answering({ ...this.#options, ...service }, answer, this.#task(turn, service, conversation), writing),
    );
    const ending = await begun
      .then((answering) => answering.write())
      .catch((fault: unknown) => this.#broken(fault, answer));
    if (ending === null) {
      listener.step({ kind: "turn-lost", answer });
      return null;
    }
    const { firstTextAt, attempts } = await begun.catch(() => neverBegun);
    const report = {
      firstTextMs: firstTextAt === null ? null : firstTextAt - startedAt,
      totalMs: clock.elapsed() - startedAt,
      attempts,
    };
    const ended = await this.#end(turn, { ...ending, ...keptOf(answer.found) }, report, answer);
    if (this.#closed === "lost") return null;
    const conversation = await reading.catch(() => null);
    return { answered: answeredIn(conversation, turn.turnId), isFollowed: ended?.isLast === false };
  }

  /** The conversation as it stands when the answer begins; not read again where it is known. */
  async #reading({ conversationId }: Turn, known?: Conversation): Promise<Conversation | null> {
    return known ?? this.#options.conversations.read(conversationId);
  }

  #task({ conversationId, turnId }: Turn, { rounds }: Service, conversation: Conversation | null): Task {
    const { contextTokens, admission } = this.#options;
    const name = conversation?.customer?.class ?? admission.classOf(conversationId);
    const account = { customerId: conversation?.customerId ?? "", class: name, tier: admission.tier };
    if (conversation === null) return { context: [], team: "", asker: null, account };
    const { messages, customerId, page } = conversation;
    const question = questionsOf(messages, turnId).map(({ text }) => text);
    const language = languageOf(question.join("\n"));
    return {
      context: buildContext(messages, turnId, { rounds, tokens: contextTokens }, page),
      team: teamNotes(conversation),
      asker: { conversationId, turnId, customerId, class: name, language },
      account,
    };
  }

  #broken(fault: unknown, answer: Answer): Ending {
    if (!(fault instanceof Outage)) this.#options.onFault(fault, answer.ref.conversationId);
    return { outcome: "failed", text: answer.text, error: toWireError(fault) };
  }

  /** The turn as it was ended; null where it was not, or by somebody else. */
  async #end(turn: Turn, given: Ending, report: TurnReport, written?: Answer): Promise<Ended | null> {
    const { listener, newId } = this.#options;
    const ending = { messageId: newId(), ...given };
    const ref = { conversationId: turn.conversationId, turnId: turn.turnId };
    const ended = await this.#store(ref, turn.epoch, ending, written);
    if (ended?.answer === undefined) {
      if (written) listener.step({ kind: "turn-lost", answer: written });
      return null;
    }
    const { outcome, error } = ending;
    const model = written?.model;
    listener.step({
      kind: "turn-ended",
      ref,
      epoch: ended.epoch,
      outcome,
      message: ended.answer,
      error,
      model,
      report,
    });
    return ended;
  }

  /** Stores an end; that of an answer as often as it takes: what a customer has read is not given up for an outage (S5). */
  async #store(ref: TurnRef, epoch: number, ending: Ending, written?: Answer): Promise<Ended | null> {
    const { turns, clock } = this.#options;
    for (;;) {
      try {
        return await this.#inOrder(ref, () => turns.end(ref, written?.epoch ?? epoch, ending));
      } catch (fault) {
        if (!(fault instanceof Outage) || written === undefined) throw fault;
      }
      await sleep(clock, storeAgainMs, this.#leaving.signal);
      // A node that leaves has handed over what it could not store.
      if (this.#closed !== null) return null;
    }
  }
}

/** Between two tries to store an end. */
const storeAgainMs = 500;
const drainLookMs = 20;
/** Until another node's answer is looked at once more that may be nobody's. */
const deferMs = 2_000;
/** Until a question is looked for again that may be on its way into the store; twice as long each further time. */
const earlyMs = 300;
/** Then the place of a question is given up that was never stored. */
const mostLooks = 3;
const looksAgainMs = 5_000;
const mostEarly = 10_000;
/** Until a conversation that cannot be read is tried once more. */
const brokenMs = 60_000;
/** An answer that was begun so often brings its nodes down: nobody tries it again. */
const mostEpochs = 12;

const broken: Written = { isFollowed: false };
const neverBegun = { firstTextAt: null, attempts: 0 };
const noReport: TurnReport = { firstTextMs: null, totalMs: 0, attempts: 0 };
