import { TidegateError } from "../contract/errors.ts";
import type { CustomerClass, Tier } from "../contract/shapes.ts";
import { type Clock, sleep, type Undo } from "./clock.ts";
import { Latest } from "./latest.ts";
import {
  type Entered,
  type Found,
  type Grant,
  isGone,
  type Kept,
  type Line,
  type Over,
  type Round,
  type Wish,
} from "./line.ts";
import { Outage } from "./outage.ts";
import { StartPace } from "./start-pace.ts";

export interface AdmissionOptions {
  readonly line: Line;
  readonly clock: Clock;
  /** Gives numbers from 0 to below 1. */
  readonly random: () => number;
  /** This node's present id. */
  readonly nodeId: () => string;
  /** So many answers at most are written here at the same time (A10). */
  readonly mostOpen: number;
  /** Newcomers of a class are accepted while fewer than so many wait in all (A3). */
  readonly acceptBelow: Readonly<Record<CustomerClass, number>>;
  /** Whoever is shed comes back after this or up to half as long again, in milliseconds. */
  readonly comeBackMs: number;
  /** Somebody of that class is turned away. */
  readonly shed?: (name: CustomerClass) => void;
  /** This node may answer at all (N1). */
  readonly isOpen?: () => boolean;
  /** Told of faults that should never happen. */
  readonly onFault: (fault: unknown, where: string) => void;
}

/** Who begins what is granted, and who tells the customers how the line stands. */
export interface AdmissionListener {
  /** An answer may be begun in that conversation. Must call {@link Admission.ended} when it is over, or was none. */
  granted(conversationId: string): void;
  round(round: Round): void;
  /** The service level is another one from now on. */
  tier(tier: Tier): void;
  /** The line may have forgotten what was asked or begun in those conversations: it was lost, or out of reach. */
  lookAfter?(conversationIds: readonly string[]): void;
}

/** What becomes of a question that is not shed. */
export type Admitted = Exclude<Entered, { kind: "shed" }>;

/** Rounds with something to say or somebody to serve, in milliseconds; in a crowd, where everybody waits seconds anyway, the second. */
const servingMs = 25;
const crowdedMs = 40;
const crowd = 100;
/** Rounds with nothing to say: while somebody waits elsewhere, and while nobody does. */
const lookingMs = 100;
const idleMs = 250;
/** What waits to be tried again is looked after so long after it is due. */
const guardMs = 3_000;
const mostAskers = 20_000;
/** So many conversations are looked after when the line is back, of those in which something was left to it not longer ago. */
const mostLeft = 5_000;
const leftMs = 120_000;
/** What was told of the line so long ago says nothing of it. */
const staleMs = 3_000;

/**
 * This node's part in the line: enters for its customers, holds the rounds, and begins what is granted.
 *
 * - **A3** Newcomers are shed by what the last round told, without a question to the line, until it may have changed.
 * - **A5** What a round has to say is said until it was heard.
 * - **A10** The node says how many more answers it can write, and begin for now.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  #listener: AdmissionListener = { granted: () => {}, round: () => {}, tier: () => {} };
  /** Answers that may be written here, or are. */
  readonly #mine = new Map<string, Grant>();
  /** Who waits in line as far as this node entered them. */
  readonly #waiting = new Map<string, Kept>();
  #taken: Grant[] = [];
  #begun: Grant[] = [];
  #ended: Over[] = [];
  /** Grants of answers that are not written here any more. */
  readonly #handedBack = new Set<Grant>();
  #leftSeen = 0;
  #told: { readonly waiting: number; readonly at: number } | null = null;
  #tier: Tier = "high";
  #starting = 0;
  #paused: Round["pausedMs"] = {};
  #life = "";
  #isAlone = false;
  /** The round that is being held. */
  #holding: Promise<void> | null = null;
  #again = false;
  #leaving = false;
  #closed = false;
  /** Answers that wait in line to be tried once more. */
  readonly #resuming = new Map<string, () => void>();
  /** Of those who asked here last. */
  readonly #askers = new Latest<string, CustomerClass>(mostAskers);
  /** Conversations in which something was left to the line that bears no ticket here: until when, on the clock's `elapsed` scale. */
  readonly #left = new Latest<string, number>(mostLeft);
  readonly #pace = new StartPace();
  #next: Undo = () => {};
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  get tier(): Tier {
    return this.#tier;
  }

  /** How many answers wait for their first text, on all nodes. */
  get starting(): number {
    return this.#starting;
  }

  /** How much longer a class pauses, as the last round told; 0 for one that does not. */
  pausedMs(name: CustomerClass): number {
    return this.#paused[name] ?? 0;
  }

  /** Which line this is: another one knows nothing of what the one before was told. */
  get life(): string {
    return this.#life;
  }

  /** What waits here may be known to this node alone: the line of all nodes is out of reach, or was until a moment ago. */
  get isAlone(): boolean {
    return this.#isAlone;
  }

  /** The class of whoever asks in that conversation, as far as it is known here. */
  classOf(conversationId: string): CustomerClass {
    return this.#mine.get(conversationId)?.class ?? this.#askers.get(conversationId) ?? "guest";
  }

  /** Tells the start that is this node's in that conversation apart from every other one; undefined while there is none. */
  startOf(conversationId: string): number | undefined {
    return this.#mine.get(conversationId)?.number;
  }

  /** Something is being answered here, or waits here. */
  get isBusy(): boolean {
    return this.#mine.size + this.#waiting.size + this.#resuming.size > 0;
  }

  /** Says at once what is to be said. */
  async flush(): Promise<void> {
    await this.#holding;
    await this.#round();
  }

  /** Gives up all places of those who wait here: their conversations. */
  async giveUpAll(): Promise<readonly string[]> {
    const conversations = [...this.#waiting.keys()];
    await Promise.all(conversations.map((conversationId) => this.giveUp(conversationId)));
    return conversations;
  }

  /** Conversations that wait in line, as this node entered them. */
  get waiting(): readonly Kept[] {
    return [...this.#waiting.values()];
  }

  /** Holds the first round, and from here on all others. */
  async open(listener: AdmissionListener): Promise<void> {
    this.#listener = listener;
    await this.#round();
  }

  /** Nothing more is granted to this node, until it comes {@link back}; those who wait are served by others, if there are any. */
  leave(): void {
    this.#leaving = true;
    this.#soon();
  }

  /** Answers may be granted to this node again. */
  back(): void {
    this.#leaving = false;
    this.#soon();
  }

  /** No rounds are held any more. */
  close(): void {
    this.#closed = true;
    this.#next();
  }

  /**
   * Enters the line for a customer who asks.
   *
   * @throws {TidegateError} `shed` when too many wait
   */
  async enter(wish: Wish): Promise<Admitted> {
    if (!wish.owed && this.#isFull(wish)) throw this.#shed(wish);
    this.#remember(wish);
    // Otherwise the answer before would seem to be still under way.
    if (this.#ended.some(({ conversationId }) => conversationId === wish.conversationId)) await this.flush();
    const entered = await this.#options.line.enter(wish, this.#options.nodeId());
    if ("isAlone" in entered) this.#isAlone = true;
    switch (entered.kind) {
      case "shed":
        this.#told = { waiting: entered.waiting, at: this.#options.clock.elapsed() };
        throw this.#shed(wish);
      case "granted":
        this.#take(entered.grant);
        // The line had lost what waited there to be tried again.
        this.#resuming.get(wish.conversationId)?.();
        return entered;
      case "waiting":
        this.#waiting.set(wish.conversationId, { ...wish, ...entered.at });
        this.#somebodyWaits();
        return entered;
      default:
        this.#leaveToLine(wish.conversationId);
        this.#somebodyWaits();
        return entered;
    }
  }

  #leaveToLine(conversationId: string, waitMs = 0): void {
    this.#left.set(conversationId, this.#options.clock.elapsed() + waitMs + leftMs);
  }

  #lookAfterLeft(): void {
    const now = this.#options.clock.elapsed();
    const left = [...this.#left].filter(([, until]) => until > now).map(([conversationId]) => conversationId);
    if (left.length > 0) this.#listener.lookAfter?.(left);
  }

  /** The customer gives up what was asked in those messages, or all of it; false when nobody leaves the line. */
  async giveUp(conversationId: string, asks?: readonly string[]): Promise<boolean> {
    const hasLeft = await this.#options.line.leave(conversationId, asks);
    if (hasLeft) this.#waiting.delete(conversationId);
    return hasLeft;
  }

  /** The answer has its first text, or will have none for now. */
  began(conversationId: string): void {
    const grant = this.#mine.get(conversationId);
    if (grant === undefined) return;
    this.#begun.push(grant);
    this.#soon();
  }

  /**
   * The answer is over, or there was nothing to answer.
   *
   * @param answered see {@link Over.answered}
   */
  ended(conversationId: string, answered?: readonly string[]): void {
    const grant = this.#mine.get(conversationId);
    if (grant === undefined) return;
    this.#mine.delete(conversationId);
    this.#ended.push({ ...grant, ...(answered && { answered }) });
    this.#soon();
  }

  /**
   * Puts a start back into the line, at its own ticket, to be granted again after `waitMs` or when `signal` is aborted (U4).
   * Where the line cannot be reached the time alone is waited for; false then, and where the line knows nothing of that start.
   */
  async again(conversationId: string, waitMs: number, signal: AbortSignal): Promise<boolean> {
    const grant = this.#mine.get(conversationId);
    const isBack = grant !== undefined && (await this.#againInLine(grant, waitMs, signal));
    if (!isBack) await sleep(this.#options.clock, waitMs, signal);
    return isBack;
  }

  async #againInLine(grant: Grant, waitMs: number, signal: AbortSignal): Promise<boolean> {
    const { conversationId } = grant;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resuming.set(conversationId, resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
    try {
      if (!(await this.#options.line.again(grant, waitMs))) return false;
      // Unless another line has granted it anew before the reply came.
      if (this.#mine.get(conversationId) === grant) this.#mine.delete(conversationId);
      this.#plan(Math.min(waitMs, lookingMs));
      const unguard = this.#guard(conversationId, waitMs, resolve);
      await promise;
      unguard();
      // Not wanted any more: that is told with its end.
      if (signal.aborted && !this.#mine.has(conversationId)) this.#mine.set(conversationId, grant);
      return true;
    } catch (fault) {
      if (!(fault instanceof Outage)) throw fault;
      return false;
    } finally {
      this.#resuming.delete(conversationId);
    }
  }

  /**
   * Should the line lose what waits there to be tried again (it was emptied, or was this node's own for a while), it goes on;
   * also where another node stands in its place, which can do nothing while the answer is written here.
   */
  #guard(conversationId: string, waitMs: number, resume: () => void): Undo {
    let undo: Undo = () => {};
    const look = async () => {
      const place = await this.#options.line.find(conversationId).catch(() => undefined);
      if (place === null || (place && place.nodeId !== this.#options.nodeId())) resume();
      else undo = this.#options.clock.after(guardMs, () => void look());
    };
    undo = this.#options.clock.after(waitMs + guardMs, () => void look());
    return () => undo();
  }

  /**
   * What was granted here goes back to its own ticket, and is granted again after `waitMs`, to whoever can; false where the
   * line knows nothing of that grant.
   */
  async defer(conversationId: string, waitMs: number): Promise<boolean> {
    const grant = this.#mine.get(conversationId);
    if (grant === undefined) return true;
    const isBack = await this.#options.line.again(grant, waitMs);
    const current = this.#mine.get(conversationId);
    // Not before: should the line be away, it is tried once more.
    if (current === grant) this.#mine.delete(conversationId);
    // It was granted anew before the reply came.
    else if (current) this.#granted(conversationId);
    if (isBack) this.#leaveToLine(conversationId, waitMs);
    this.#somebodyWaits();
    return isBack || (current !== undefined && current !== grant);
  }

  /** The answer is not written here any more: whoever is granted it next takes it up at once. */
  async handBack(conversationId: string): Promise<void> {
    const grant = this.#mine.get(conversationId);
    this.#mine.delete(conversationId);
    if (grant === undefined) return;
    this.#leaveToLine(conversationId);
    this.#handedBack.add(grant);
    await this.#handAllBack();
  }

  /** Should the line be away, it is told in a later round. */
  async #handAllBack(): Promise<void> {
    for (const grant of this.#handedBack) {
      // Not into a line that has not granted it: it may have been another node's answer for long.
      const { origin: _, ...known } = grant;
      await this.#options.line.again(known, 0, true);
      this.#handedBack.delete(grant);
    }
  }

  /** Nobody writes the answer that was granted here in that conversation. */
  isFree(conversationId: string): boolean {
    return this.#mine.get(conversationId)?.isFree === true;
  }

  /** Puts back what a node that is no more was to answer (A8). */
  async recover(deadNodeId: string, work: readonly Wish[]): Promise<void> {
    await this.#options.line.recover(deadNodeId, work);
    for (const { conversationId } of work) this.#leaveToLine(conversationId);
    this.#soon();
  }

  /** Where a conversation waits that another node has entered; null when it does not wait. */
  find(conversationId: string): Promise<Found | null> {
    return this.#options.line.find(conversationId);
  }

  #isFull({ class: name, conversationId }: Wish): boolean {
    const { acceptBelow, clock } = this.#options;
    // Whoever waits already, or is being answered, asks for nothing new as far as this node can tell.
    if (this.#told === null || this.#mine.has(conversationId) || this.#waiting.has(conversationId)) return false;
    return this.#told.waiting >= acceptBelow[name] && clock.elapsed() - this.#told.at < staleMs;
  }

  /** Whoever is answered later on is answered as of that class. */
  #remember({ conversationId, class: name }: Wish): void {
    this.#askers.set(conversationId, name);
  }

  /** Those who are sent away together do not come back together. */
  #shed(wish: Wish): TidegateError {
    const { comeBackMs, random, shed } = this.#options;
    shed?.(wish.class);
    return TidegateError.often("shed", { retryAfterMs: Math.round(comeBackMs * (1 + random() / 2)) });
  }

  /** A start is this node's: told to whoever begins it unless it came with the question. */
  #take(grant: Grant): boolean {
    const known = this.#mine.get(grant.conversationId);
    this.#waiting.delete(grant.conversationId);
    this.#left.delete(grant.conversationId);
    this.#taken.push(grant);
    if (known?.number === grant.number) return false;
    // Two lines have granted it, or one that had lost the first: that one is not needed any more.
    if (known) this.#ended.push(known);
    this.#mine.set(grant.conversationId, grant);
    return known === undefined;
  }

  /** What there is to say is said in a round soon, together with all that is to be said by then. */
  #soon(): void {
    this.#again = true;
    if (this.#holding) return;
    this.#plan(this.#servingMs);
  }

  get #servingMs(): number {
    return this.#told !== null && this.#told.waiting >= crowd ? crowdedMs : servingMs;
  }

  #somebodyWaits(): void {
    this.#told = { waiting: Math.max(1, this.#told?.waiting ?? 0), at: this.#options.clock.elapsed() };
    this.#plan(this.#servingMs);
  }

  #plan(ms: number): void {
    const at = this.#options.clock.elapsed() + ms;
    if (this.#closed || at >= this.#dueAt) return;
    this.#next();
    this.#dueAt = at;
    this.#next = this.#options.clock.after(ms, () => {
      const now = this.#options.clock.elapsed();
      this.#pace.look(now, now - at);
      void this.#round();
    });
  }

  #round(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#next();
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.#again = false;
    this.#holding ??= this.#hold()
      .catch((fault: unknown) => {
        if (!(fault instanceof Outage)) this.#options.onFault(fault, "line");
      })
      .finally(() => {
        this.#holding = null;
        this.#plan(this.#pauseMs());
      });
    return this.#holding;
  }

  /** What was said is kept until it was heard. */
  async #hold(): Promise<void> {
    const { line, nodeId, mostOpen, clock } = this.#options;
    const [taken, begun, ended] = [this.#taken.slice(), this.#begun.slice(), this.#ended.slice()];
    const isClosed = this.#leaving || this.#options.isOpen?.() === false;
    const room = isClosed ? 0 : Math.max(0, Math.min(mostOpen - this.#mine.size, this.#pace.room));
    const round = await line.round({ nodeId: nodeId(), room, taken, begun, ended, leftSeen: this.#leftSeen });
    this.#taken.splice(0, taken.length);
    this.#begun.splice(0, begun.length);
    this.#ended.splice(0, ended.length);
    // A line that was lost counts anew: then everything is asked for once more.
    this.#leftSeen = round.leftSeen < this.#leftSeen ? 0 : round.leftSeen;
    if (round.tier !== this.#tier) this.#listener.tier(round.tier);
    this.#tier = round.tier;
    this.#starting = round.starting;
    this.#paused = round.pausedMs;
    this.#life = round.life;
    const wasAlone = this.#isAlone;
    this.#isAlone = round.isAlone === true;
    this.#told = { waiting: round.waiting, at: clock.elapsed() };
    this.#listener.round(round);
    this.#noteWaiting(round);
    for (const grant of round.granted) if (this.#take(grant)) this.#granted(grant.conversationId);
    if (wasAlone && !this.#isAlone) this.#lookAfterLeft();
    await this.#handAllBack();
  }

  #noteWaiting({ lines, held = [], queued, placed = [] }: Round): void {
    // Others may have been granted what was entered here.
    for (const kept of this.#waiting.values()) if (isGone(kept, lines)) this.#waiting.delete(kept.conversationId);
    for (const conversationId of held) this.#waiting.delete(conversationId);
    for (const kept of queued) this.#waiting.set(kept.conversationId, kept);
    for (const { conversationId, at, isOwn } of placed)
      if (isOwn) this.#waiting.set(conversationId, { conversationId, ...at });
  }

  #granted(conversationId: string): void {
    const resume = this.#resuming.get(conversationId);
    if (resume) resume();
    else this.#listener.granted(conversationId);
  }

  #pauseMs(): number {
    if (this.#again || this.#taken.length > 0) return this.#servingMs;
    if (this.#waiting.size + this.#resuming.size > 0) return this.#servingMs;
    return this.#told !== null && this.#told.waiting > 0 ? lookingMs : idleMs;
  }
}
