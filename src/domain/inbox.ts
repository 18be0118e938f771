import { TidegateError } from "../contract/errors.ts";
import type { AgentFactName, AgentFactPayload } from "../contract/events.ts";
import type { Agent, CustomerClass, Summary, View } from "../contract/shapes.ts";
import { Absentees } from "./absentees.ts";
import type { Answer } from "./answer.ts";
import type { Clock, Undo } from "./clock.ts";
import type { Conversation } from "./conversations.ts";
import { type CareRow, type Desk, type DeskRow, isInHands, type Presence } from "./desk.ts";
import { type AgentCaller, careOf } from "./handoff.ts";
import { LiveRows } from "./live-rows.ts";
import { Loops } from "./loops.ts";
import { handsOf } from "./responders.ts";
import type { Listener, Step } from "./steps.ts";
import { agentsOf, inView, summaryOf, viewersOf } from "./summaries.ts";
import { handedAt } from "./tidings.ts";

/** One page of an agent that shows an inbox. */
export interface InboxViewer {
  readonly agentId: string;
  readonly view: View;
  send<N extends AgentFactName>(fact: N, payload: AgentFactPayload<N>): void;
}

export interface InboxOptions {
  readonly desk: Desk;
  readonly clock: Clock;
  /** This node's present id. */
  readonly nodeId: () => string;
  readonly classOf: (conversationId: string) => CustomerClass;
  /** A customer on this node looks at the conversation. */
  readonly isWatched: (conversationId: string) => boolean;
  /** The place in the line for a person is another one. */
  readonly queued: (conversationId: string, position: number) => void;
  /** Who looks at a conversation is somebody else. */
  readonly viewers: (conversationId: string, viewers: Summary["viewers"]) => void;
  /** That agent has been gone for too long (H6). */
  readonly lost: (conversationId: string, agent: AgentCaller) => Promise<void>;
  /** A customer waits for a person, and nobody of the team has been there for too long. */
  readonly abandoned: (conversationId: string) => Promise<void>;
  /** The conversation is no more (C1). */
  readonly isOver: (conversationId: string) => Promise<boolean>;
  /** An agent who is not seen for so long is gone. */
  readonly goneMs: number;
  /** Nobody tells of the end of a conversation that was quiet for so long. */
  readonly lifeMs: number;
  readonly onFault: (fault: unknown, where: string) => void;
}

/** Between two looks while an agent is connected here, or a customer here waits for a person; and otherwise. */
const busyMs = 400;
const idleMs = 2_000;
/** What the assistant does is listed so often. */
const liveMs = 1_000;
/** This node's agents are told of so often, though nothing has changed. */
const presenceMs = 5_000;
/** Those who hold conversations are looked after so often. */
const careMs = 2_000;
/** Of conversations that may be over so many are asked for at once, and each so often at most. */
const mostAsked = 20;
const askAgainMs = 60_000;

interface Seat {
  readonly viewer: InboxViewer;
  /** The rows that it has. */
  readonly shown: Set<string>;
}

/**
 * The team's desk as this node shows it to its agents, and what this node has to say for it.
 *
 * - **H4** Whoever waits for a person is told the place in that line, which never rises.
 * - **H5** Every row of a view and every change of it reaches the page, and nothing that left the view stays.
 * - **H6** An agent who is gone for too long loses the conversation.
 * - **C1** A conversation that is over is listed no more, whoever held it.
 * - **S6** A piece of text costs one entry in a map; nothing here waits for the desk.
 */
export class Inbox implements Listener {
  readonly #options: InboxOptions;
  readonly #rows = new Map<string, DeskRow>();
  readonly #live: LiveRows;
  readonly #seats = new Set<Seat>();
  /** Rows that the desk may not have heard of. */
  readonly #unheard = new Map<string, CareRow>();
  readonly #positions = new Map<string, number>();
  readonly #absentees = new Absentees();
  /** When a conversation that seemed to be over was still there. */
  readonly #foundAt = new Map<string, number>();
  readonly #loops: Loops;
  #mine: readonly Presence[] = [];
  /** Who is connected here, or what they look at, has changed since it was told. */
  #isNews = false;
  #present: readonly Presence[] = [];
  #viewers = new Map<string, Summary["viewers"]>();
  #toldAgents = "[]";
  #seq = 0;
  #looking: Promise<void> | null = null;
  /** The look that has not begun yet. */
  #nextLook: Promise<void> | null = null;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#live = new LiveRows(options.classOf, options.clock);
    this.#loops = new Loops(options.clock, (fault) => this.#forgive(fault));
  }

  /** Looks, tells and looks after, until it is closed. */
  async open(): Promise<void> {
    await this.#look();
    const open = (name: string, paceMs: () => number, what: () => Promise<void>) =>
      this.#loops.open(name, paceMs, what);
    open(
      "look",
      () => this.#lookMs,
      () => this.#look(),
    );
    open(
      "live",
      () => liveMs,
      () => this.#tellLive(),
    );
    open(
      "presence",
      () => Math.min(presenceMs, this.#options.goneMs / 4),
      () => this.#tellPresence(),
    );
    open(
      "care",
      () => careMs,
      () => this.#lookAfter(),
    );
    open(
      "over",
      () => careMs,
      () => this.#dropOver(),
    );
  }

  close(): void {
    this.#loops.close();
  }

  /** Who of the team takes conversations, on all nodes, as of this moment. */
  async available(): Promise<readonly AgentCaller[]> {
    await this.#look();
    return agentsOf(this.#present).filter(({ state }) => state === "available");
  }

  get agents(): readonly Agent[] {
    return agentsOf(this.#present);
  }

  /** A page shows that view from now on; gives its rows. */
  async join(viewer: InboxViewer): Promise<{ readonly rows: readonly Summary[]; readonly leave: Undo }> {
    await this.#look();
    const rows = this.#summaries().filter((summary) => inView(summary, viewer));
    const seat: Seat = { viewer, shown: new Set(rows.map(({ conversationId }) => conversationId)) };
    this.#seats.add(seat);
    this.#loops.within("look", busyMs);
    return { rows, leave: () => this.#seats.delete(seat) };
  }

  /** One conversation as the team sees it. */
  summary(conversation: Conversation): Summary {
    this.opened(conversation);
    const known = this.#rows.get(conversation.conversationId);
    const lastAt = conversation.messages.at(-1)?.at ?? 0;
    const care = careOf(conversation, lastAt);
    const live = known?.live ?? this.#live.rowOf(conversation);
    const row = { conversationId: conversation.conversationId, care: isInHands(care) ? care : null, live };
    return summaryOf(row, this.#viewers.get(conversation.conversationId) ?? [], this.#options.clock.now());
  }

  /** A conversation was read: should the desk have missed in whose hands it is, it is told. */
  opened(conversation: Conversation): void {
    this.#live.note(conversation);
    const isAtRest = conversation.running === null && conversation.waiting === null;
    // The node that wrote there may have died before it told of the end.
    if (isAtRest && this.#rows.get(conversation.conversationId)?.live?.turn) this.#live.rest(conversation);
    const listed = this.#rows.get(conversation.conversationId)?.care;
    const { at, ...care } = careOf(conversation, handedAt(conversation));
    const isListed = listed
      ? handsOf(listed.responder) === handsOf(care.responder) && (listed.wish === null) === (care.wish === null)
      : !isInHands(care);
    if (!isListed && at > 0) this.list({ ...care, at });
  }

  /** In whose hands a conversation is from now on. */
  list(row: CareRow): void {
    this.#unheard.set(row.conversationId, row);
    this.#loops.within("look", 0);
  }

  /** A conversation is over. */
  drop(conversationId: string): void {
    this.#options.desk.drop([conversationId]).catch((fault) => this.#forgive(fault));
  }

  /** The agents who are connected here, and what they look at, from now on. */
  present(mine: readonly Presence[]): void {
    this.#mine = mine;
    this.#isNews = true;
    this.#loops.within("presence", 0);
    this.#loops.within("look", busyMs);
  }

  /** The place of a customer who waits for a person, as of this moment; undefined for one who does not. */
  async placeOf(conversationId: string): Promise<number | undefined> {
    await this.#look();
    return this.#positionOf(conversationId);
  }

  #positionOf(conversationId: string): number | undefined {
    const place = this.#line().indexOf(conversationId);
    return place < 0 ? undefined : place + 1;
  }

  step(step: Step): void {
    this.#live.step(step);
  }

  text(answer: Answer): void {
    // Nobody looks: nothing is kept of it.
    if (this.#present.length > 0) this.#live.text(answer);
  }

  get #lookMs(): number {
    const isWaiting = [...this.#positions.keys()].some((id) => this.#options.isWatched(id));
    return this.#mine.length > 0 || this.#seats.size > 0 || isWaiting ? busyMs : idleMs;
  }

  /** Those who wait for a person, longest first. */
  #line(): string[] {
    const waiting = [...this.#rows.values()].flatMap(({ care }) => (care?.responder.kind === "nobody" ? [care] : []));
    const since = ({ wish, at }: CareRow) => wish?.since ?? at;
    return waiting.toSorted((a, b) => since(a) - since(b)).map(({ conversationId }) => conversationId);
  }

  #look(): Promise<void> {
    // One after the other: whoever asks is told what was so after asking. All who ask before it begins share one.
    this.#nextLook ??= this.#lookAfterThis();
    return this.#nextLook;
  }

  #lookAfterThis(): Promise<void> {
    const look = (this.#looking ?? Promise.resolve()).then(() => {
      this.#nextLook = null;
      return this.#lookOnce();
    });
    this.#looking = look.catch((fault) => this.#forgive(fault));
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const { desk } = this.#options;
    const unheard = [...this.#unheard.values()];
    if (unheard.length > 0) await desk.put(unheard, []);
    for (const row of unheard)
      if (this.#unheard.get(row.conversationId) === row) this.#unheard.delete(row.conversationId);
    // Whoever has just come to this node is there.
    if (this.#isNews) await this.#tellPresence();
    const look = await desk.look(this.#seq);
    if (look.seq < this.#seq) this.#listAgain();
    this.#seq = look.seq;
    this.#present = look.present;
    for (const row of look.rows) this.#note(row);
    this.#tellAgents();
    const viewing = this.#noteViewers();
    this.#absentees.note(this.#rows.values(), look, this.#options.clock.elapsed());
    this.#tellRows(new Set([...look.rows.map(({ conversationId }) => conversationId), ...viewing]));
    this.#tellPlaces();
  }

  /** The desk was lost: what is known here of whom conversations are with is told again, and stands until then (N4). */
  #listAgain(): void {
    for (const [id, { care }] of this.#rows) {
      if (care === null) this.#rows.delete(id);
      else if (!this.#unheard.has(id)) this.#unheard.set(id, care);
    }
    this.#loops.within("look", 0);
  }

  #note(row: DeskRow): void {
    if (row.care || row.live) this.#rows.set(row.conversationId, row);
    else this.#rows.delete(row.conversationId);
  }

  #tellAgents(): void {
    const agents = agentsOf(this.#present);
    const told = JSON.stringify(agents);
    if (told === this.#toldAgents) return;
    this.#toldAgents = told;
    for (const { viewer } of this.#seats) viewer.send("agents:changed", { agents });
  }

  /** Gives the conversations at which somebody else looks now. */
  #noteViewers(): readonly string[] {
    const [before, now] = [this.#viewers, viewersOf(this.#present)];
    this.#viewers = now;
    const changed = [...new Set([...before.keys(), ...now.keys()])].filter(
      (id) => JSON.stringify(before.get(id)) !== JSON.stringify(now.get(id)),
    );
    for (const id of changed) this.#options.viewers(id, now.get(id) ?? []);
    return changed;
  }

  #summaries(): Summary[] {
    return [...this.#rows.values()].map((row) => this.#summary(row));
  }

  #summary(row: DeskRow): Summary {
    return summaryOf(row, this.#viewers.get(row.conversationId) ?? [], this.#options.clock.now());
  }

  #tellRows(changed: ReadonlySet<string>): void {
    if (changed.size === 0) return;
    const summaries = [...changed].flatMap((id) => {
      const row = this.#rows.get(id);
      return row ? [this.#summary(row)] : [];
    });
    for (const { viewer, shown } of this.#seats) {
      const conversations = summaries.filter((summary) => inView(summary, viewer));
      const here = new Set(conversations.map(({ conversationId }) => conversationId));
      const gone = [...changed].filter((id) => shown.has(id) && !here.has(id));
      for (const id of here) shown.add(id);
      for (const id of gone) shown.delete(id);
      if (conversations.length + gone.length > 0) viewer.send("inbox:changed", { conversations, gone });
    }
  }

  #tellPlaces(): void {
    const line = this.#line();
    const waiting = new Set(line);
    for (const id of this.#positions.keys()) if (!waiting.has(id)) this.#positions.delete(id);
    for (const [at, id] of line.entries()) {
      const told = this.#positions.get(id) ?? Number.POSITIVE_INFINITY;
      if (at + 1 >= told) continue;
      this.#positions.set(id, at + 1);
      if (this.#options.isWatched(id)) this.#options.queued(id, at + 1);
    }
  }

  async #tellLive(): Promise<void> {
    if (this.#present.length === 0) return;
    const rows = this.#live.take();
    if (rows.length > 0) await this.#options.desk.put([], rows);
  }

  async #tellPresence(): Promise<void> {
    this.#isNews = false;
    await this.#options.desk.here(this.#options.nodeId(), this.#mine);
  }

  async #lookAfter(): Promise<void> {
    const { clock, goneMs, lost, abandoned } = this.#options;
    const before = clock.elapsed() - goneMs;
    for (const row of this.#rows.values()) {
      const { conversationId, care } = row;
      const { agentId = "", name = "" } = care?.responder ?? {};
      const missing = this.#absentees.missing(row, before);
      if (missing === null) continue;
      const what = missing === "holder" ? lost(conversationId, { agentId, name }) : abandoned(conversationId);
      await what.catch((fault: unknown) => this.#overOr(fault, conversationId));
    }
  }

  async #dropOver(): Promise<void> {
    const { clock, lifeMs, isOver } = this.#options;
    const now = clock.now();
    const mayBeOver = (row: DeskRow) =>
      quietSince(row) < now - lifeMs && now - (this.#foundAt.get(row.conversationId) ?? 0) >= askAgainMs;
    for (const { conversationId } of [...this.#rows.values()].filter(mayBeOver).slice(0, mostAsked)) {
      if (await isOver(conversationId)) this.drop(conversationId);
      else this.#foundAt.set(conversationId, now);
    }
    for (const conversationId of this.#foundAt.keys())
      if (!this.#rows.has(conversationId)) this.#foundAt.delete(conversationId);
  }

  /** A conversation that is no more is listed no more. */
  #overOr(fault: unknown, conversationId: string): void {
    if (fault instanceof TidegateError && fault.code === "not-found") this.drop(conversationId);
    else this.#forgive(fault);
  }

  /** Whatever cannot be done now is tried again in the next round. */
  #forgive(fault: unknown): void {
    const isLater = fault instanceof TidegateError && fault.code === "unavailable";
    if (!isLater) this.#options.onFault(fault, "inbox");
  }
}

/** When something was last told of it. */
function quietSince({ care, live }: DeskRow): number {
  return Math.max(care?.at ?? 0, live?.changedAt ?? 0, live?.last?.at ?? 0);
}
