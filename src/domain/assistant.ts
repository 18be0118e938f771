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
import { Outage } from "./outage.ts";
import { answeredIn, idsOf, questionsOf } from "./questions.ts";
import type { Service } from "./service.ts";
import { Silencing, type SilencingOptions } from "./silencing.ts";
import { Starting, type StartingOptions } from "./starting.ts";
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
  /** Another node has ended it, or goes on with it. */
  readonly isVoid: boolean;
}

export interface AssistantOptions
  extends Omit<Desk, keyof Service>,
    Omit<AskingOptions, "begin" | "serve" | "rest" | "writesIn">,
    Omit<SilencingOptions, "endHere" | "end">,
    StartingOptions {
  /** What an answer to a customer of that class is written with, as the tier is now (A11). */
  readonly service: (name: CustomerClass) => Service;
  /** Most tokens of context, as estimated. */
  readonly contextTokens: number;
  readonly newId: () => string;
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
  /** How many answers this node writes in a conversation: one, unless another node has taken over the first. */
  readonly #writing = new Map<string, number>();
  /** The latest step of each turn that is under way. */
  readonly #steps = new Map<string, Promise<unknown>>();
  /** Conversations in which nothing is answered here any more, listed as this node's work until the line of all nodes is back. */
  readonly #resting = new Set<string>();
  readonly #asking: Asking;
  readonly #starting: Starting;
  readonly #silencing: Silencing;
  #closed: Interruption | null = null;
  /** Aborted when nothing is to be waited for any more. */
  readonly #leaving = new AbortController();

  constructor(options: AssistantOptions) {
    this.#options = options;
    this.#asking = new Asking({
      ...options,
      begin: (conversationId, started) => this.#starting.beginAsked(conversationId, started),
      serve: (conversationId, as, asks) => this.serve(conversationId, as, asks),
      rest: (conversationId) => void this.#rest(conversationId),
      writesIn: (conversationId) => this.#writing.has(conversationId),
    });
    this.#starting = new Starting(options, {
      asking: this.#asking,
      go: (started) => this.#go(started),
      writesIn: (conversationId) => this.#writing.has(conversationId),
      rest: (conversationId) => this.#rest(conversationId),
      closed: () => this.#closed,
      leaving: this.#leaving.signal,
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
    return new Set([...writing, ...this.#starting.conversations.keys(), ...this.#asking.beginning]);
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
    this.#starting.serve(conversationId, as, asks, turnId);
  }

  /** The line lets an answer begin in that conversation. */
  begin(conversationId: string): void {
    this.#starting.begin(conversationId);
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

  /** Another node has taken that turn further, to an epoch that is not this node's; its own is void up to `epoch`. */
  async lose(turnId: string, epoch = Number.POSITIVE_INFINITY): Promise<void> {
    const step = this.#steps.get(turnId);
    // It may be this node that raises it.
    if (step && Number.isFinite(epoch)) await step;
    const live = this.#live.get(turnId);
    if (live && live.answer.epoch <= epoch) live.abort.abort("lost" satisfies Interruption);
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
    await this.#starting.settled(conversationId);
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
    const starts = this.#starting.conversations;
    while (this.#live.size + starts.size + [...this.#asking.beginning].length > 0 || waits()) {
      await Promise.all([...this.#asking.beginning].map((id) => this.#asking.settled(id)));
      if (this.#closed === "draining")
        for (const conversationId of await admission.giveUpAll()) this.begin(conversationId);
      await Promise.all([this.#starting.allSettled(), ...[...this.#live.values()].map(({ ended }) => ended)]);
      // What was asked behind an answer waits from its end on.
      if (how === "draining") await admission.flush();
      if (waits() && this.#live.size + starts.size === 0 && this.#closed === null)
        await sleep(clock, drainLookMs, hurry);
    }
    hurry.removeEventListener("abort", endAll);
  }

  #go({ turn, conversation }: Started): void {
    if (!this.#live.has(turn.turnId)) this.#begin(turn, "", [], conversation);
  }

  /** Nothing is answered there by this node, unless something is. */
  async #rest(conversationId: string): Promise<void> {
    const { work, admission } = this.#options;
    // Otherwise nobody would find what waits there, should this node die before the line of all nodes is back.
    if (admission.isAlone) return void this.#resting.add(conversationId);
    const others = [...this.#resting].filter((each) => each !== conversationId && !this.#isStarting(each));
    for (const each of [...others, conversationId]) this.#resting.delete(each);
    const resting = [...others, conversationId].filter((each) => !this.#writing.has(each));
    await Promise.all(resting.map((each) => work?.drop(each)));
  }

  #isStarting(conversationId: string): boolean {
    return this.#asking.isBeginning(conversationId) || this.#starting.conversations.has(conversationId);
  }

  #count(conversationId: string, by: 1 | -1): void {
    const answers = (this.#writing.get(conversationId) ?? 0) + by;
    if (answers === 0) this.#writing.delete(conversationId);
    else this.#writing.set(conversationId, answers);
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
    const { admission } = this.#options;
    const service = this.#options.service(admission.classOf(turn.conversationId));
    const answer = new Answer(turn, service.chain[0], text, found);
    const abort = new AbortController();
    let start = admission.startOf(turn.conversationId);
    const again = async (waitMs: number) => {
      const isAnew = await admission.again(turn.conversationId, waitMs, abort.signal);
      if (isAnew) start = admission.startOf(turn.conversationId);
    };
    // A tick later, so that the answer is known here before anybody is told that it begins.
    const ended = Promise.resolve()
      .then(() => this.#answer(turn, answer, service, { signal: abort.signal, again }, conversation))
      .catch((fault: unknown) => {
        this.#options.onFault(fault, answer.ref.conversationId);
        return broken;
      })
      .then((written) => {
        // This node may have taken the turn up anew, as another one's.
        if (this.#live.get(turn.turnId)?.answer === answer) this.#live.delete(turn.turnId);
        this.#count(turn.conversationId, -1);
        // Of a node that leaves it stays listed: should the line be away, the others find it there.
        if (this.#closed !== "lost") void this.#rest(turn.conversationId);
        const isVoid = written?.isVoid !== false;
        // It is owed by whoever goes on.
        if (isVoid) this.#starting.takeOwed(turn.conversationId);
        // What came meanwhile is not the start of this answer: it is looked at as any other.
        if (this.#closed === null && isVoid && admission.startOf(turn.conversationId) !== start)
          return this.begin(turn.conversationId);
        if (written === null) return this.#handBack(turn.conversationId);
        admission.ended(turn.conversationId, written.answered);
        const isOwed = this.#starting.takeOwed(turn.conversationId) || this.#options.waits?.(turn.conversationId);
        // Whatever the line knows of it: it may have been asked while that could not be reached.
        if (isOwed || written.isFollowed) this.serve(turn.conversationId, undefined, []);
      });
    this.#live.set(turn.turnId, { answer, abort, ended });
    this.#count(turn.conversationId, 1);
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
    { signal, again }: { readonly signal: AbortSignal; readonly again: (waitMs: number) => Promise<void> },
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
      again,
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
    return {
      answered: answeredIn(conversation, turn.turnId),
      isFollowed: ended?.isLast === false,
      isVoid: ended === null,
    };
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
/** An answer that was begun so often brings its nodes down: nobody tries it again. */
const mostEpochs = 12;

const broken: Written = { isFollowed: false, isVoid: false };
const neverBegun = { firstTextAt: null, attempts: 0 };
const noReport: TurnReport = { firstTextMs: null, totalMs: 0, attempts: 0 };
