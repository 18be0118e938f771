import type { CustomerClass, Tier } from "../../contract/shapes.ts";
import type { Clock } from "../../domain/clock.ts";
import {
  type ClassLine,
  classes,
  type Entered,
  type Found,
  type Grant,
  type Kept,
  type Known,
  type Line,
  type LineSettings,
  mostBefore,
  type News,
  type Order,
  type Over,
  type Round,
  type Ticket,
  type Wish,
  weightAt,
} from "../../domain/line.ts";
import { Asks } from "./asks.ts";
import { LineGates } from "./line-gates.ts";

export interface MemoryLineOptions {
  readonly settings: LineSettings;
  readonly clock: Clock;
  /** The tier to begin with. */
  readonly tier?: Tier;
  /** The bucket is empty at first: it goes on from another one. */
  readonly isEmpty?: boolean;
  /** What its rounds call it; another one has other tickets. */
  readonly life?: string;
}

/** One conversation: it waits, or it has been granted a start and is being answered. */
interface Entry {
  readonly conversationId: string;
  class: CustomerClass;
  /** Null while it was granted at once and has never stood in line. */
  ticket: number;
  /** Where it waits; `granted` when it does not. */
  place: "line" | "before" | "later" | "granted";
  /** Of its latest grant; 0 when it has not been granted since it came to the end of the line. */
  number: number;
  nodeId: string;
  readonly asks: Asks;
  /** Something was asked since it was granted a start. */
  asksMore: boolean;
  /** Since when it has waited, in the clock's `elapsed` milliseconds. */
  since: number;
  /** Not to be granted before then. */
  notBefore: number;
  isFree: boolean;
}

interface ClassState {
  /** In the order of tickets. */
  line: Map<string, Entry>;
  /** Sorted by ticket. */
  before: Entry[];
  next: number;
  served: number;
  /** Stride scheduling: the class with the lowest pass is served. */
  pass: number;
}

interface NodeState {
  room: number;
  seenAt: number;
}

/** A node that has said nothing for so long is given no grants. */
const awayMs = 3_000;
const mostLeft = 20_000;

/** {@link Line} of one process; each call is one step because nothing in it waits. */
export class MemoryLine implements Line {
  readonly #settings: LineSettings;
  readonly #clock: Clock;
  readonly #life: string;
  readonly #entries = new Map<string, Entry>();
  readonly #classes: Readonly<Record<CustomerClass, ClassState>>;
  readonly #later = new Map<string, Entry>();
  readonly #nodes = new Map<string, NodeState>();
  /** Grants that a node has not taken yet, by conversation; also of one that has not been heard of. */
  readonly #mail = new Map<string, Map<string, Grant>>();
  readonly #gates: LineGates;
  #left: (Ticket & { readonly seq: number })[] = [];
  #leftSeq = 0;
  #held = 0;
  #numbers = 0;
  /** The pass of the class that was served last: who comes to an empty line begins there. */
  #virtual = 0;

  constructor({ settings, clock, tier = "high", isEmpty = false, life = "of this process" }: MemoryLineOptions) {
    this.#life = life;
    this.#settings = settings;
    this.#clock = clock;
    this.#gates = new LineGates(settings, clock, tier, isEmpty);
    const state = (): ClassState => ({ line: new Map(), before: [], next: 0, served: 0, pass: 0 });
    this.#classes = { vip: state(), member: state(), guest: state() };
  }

  async enter(wish: Wish, nodeId: string, known?: Known): Promise<Entered> {
    const entered = this.#enter(wish, nodeId, this.#isOther(known) ? known?.ticket : undefined);
    return entered.kind === "waiting" && this.#isOther(known) ? { ...entered, position: null } : entered;
  }

  #enter(wish: Wish, nodeId: string, ticket?: number): Entered {
    const { conversationId, class: name, owed = false } = wish;
    const before = this.#entries.get(conversationId);
    if (before) {
      if (ticket !== undefined && isBehind(before, name, ticket)) this.#moveAmong(before, ticket);
      return this.#enterAgain(before, wish);
    }
    const entry = this.#newEntry(conversationId, name, nodeId);
    entry.asks.add(entry.asks.newOf(wish.asks));
    if (ticket !== undefined) {
      this.#moveAmong(entry, ticket);
      return this.#asWaiting(entry);
    }
    // A node that was not heard of yet can take at least what it asks for.
    const hasRoom = !this.#nodes.has(nodeId) || this.#roomAt(nodeId) > 0;
    if (this.#standing === 0 && this.#gates.isOpen && !this.#gates.isPaused(name) && hasRoom) {
      this.#entries.set(conversationId, entry);
      return { kind: "granted", grant: this.#grant(entry, nodeId) };
    }
    if (!owed && this.#waiting >= this.#settings.acceptBelow[name]) return { kind: "shed", waiting: this.#waiting };
    this.#entries.set(conversationId, entry);
    this.#append(entry);
    return this.#asWaiting(entry);
  }

  async round({ nodeId, room, taken, begun, ended, leftSeen }: News): Promise<Round> {
    const node = this.#nodes.get(nodeId) ?? { room: 0, seenAt: 0 };
    const mailbox = this.#mailOf(nodeId);
    this.#nodes.set(nodeId, node);
    for (const grant of taken)
      if (isSame(mailbox.get(grant.conversationId), grant)) mailbox.delete(grant.conversationId);
    node.room = room - mailbox.size;
    node.seenAt = this.#clock.elapsed();
    for (const grant of begun) if (this.#granted(grant)) this.#gates.begun(grant.conversationId);
    const queued = ended.flatMap((grant) => this.#end(grant) ?? []);
    this.#wakeLater();
    this.#serve(nodeId);
    const left = this.#left.filter(({ seq }) => seq > leftSeen);
    return {
      granted: [...mailbox.values()],
      queued: queued.filter(({ place }) => place === "line").map(keptOf),
      lines: { vip: this.#lineOf("vip"), member: this.#lineOf("member"), guest: this.#lineOf("guest") },
      waiting: this.#waiting,
      starting: this.#gates.starting,
      left: left.map(({ class: name, ticket }) => ({ class: name, ticket })),
      leftSeen: this.#leftSeq,
      tier: this.#gates.tier,
      pausedMs: this.#gates.pausedMs,
      life: this.#life,
    };
  }

  async leave(conversationId: string, asks?: readonly string[]): Promise<boolean> {
    const entry = this.#entries.get(conversationId);
    if (entry === undefined) return false;
    const isNamed = asks !== undefined && !entry.asks.isEmpty;
    if (entry.number !== 0 || asks) entry.asks.withdraw(asks);
    if (!entry.asks.hasLater) this.#askNoMore(entry);
    // Of what has been granted it is known only by name what is given up.
    const isOver = entry.number === 0 ? asks === undefined || entry.asks.isEmpty : isNamed && entry.asks.isEmpty;
    if (!isOver || entry.place === "granted") return false;
    this.#noteLeft(entry);
    this.#takeOut(entry);
    this.#entries.delete(conversationId);
    return true;
  }

  async again(grant: Grant, waitMs: number, isFree = grant.isFree): Promise<boolean> {
    const entry = this.#granted(grant) ?? this.#forgotten(grant);
    if (entry === null) return false;
    entry.isFree = isFree;
    this.#putBack(entry, this.#clock.elapsed() + waitMs);
    return true;
  }

  async recover(deadNodeId: string, work: readonly Wish[]): Promise<void> {
    this.#nodes.delete(deadNodeId);
    for (const entry of this.#entries.values()) {
      if (entry.place !== "granted" || entry.nodeId !== deadNodeId) continue;
      entry.isFree = true;
      this.#putBack(entry, 0);
    }
    this.#mail.delete(deadNodeId);
    for (const { conversationId, class: name } of work) {
      const known = this.#entries.get(conversationId);
      const entry = known ?? { ...this.#newEntry(conversationId, name, deadNodeId), number: -1, isFree: true };
      entry.asks.addBegun(entry.number !== 0);
      if (known) continue;
      this.#entries.set(conversationId, entry);
      this.#putBefore(entry);
    }
  }

  async find(conversationId: string, known?: Known): Promise<Found | null> {
    const entry = this.#entries.get(conversationId);
    if (entry === undefined || entry.place === "granted") return null;
    const { at, position } = this.#asWaiting(entry);
    const { number, nodeId } = entry;
    if (number === 0 && this.#isOther(known)) return { at, position: null, nodeId, isOther: true };
    return { at, position: number === 0 ? position : null, nodeId };
  }

  async restore(kept: readonly Kept[], nodeId: string, life: string | null = null): Promise<void> {
    const isOther = life !== null && this.#isOther({ life });
    for (const { conversationId, class: name, ticket } of kept) {
      const before = this.#entries.get(conversationId);
      if (before && !(isOther && isBehind(before, name, ticket))) continue;
      const entry = before ?? { ...this.#newEntry(conversationId, name, nodeId), ticket };
      if (isOther) this.#putAmong(entry, ticket);
      else {
        this.#entries.set(conversationId, entry);
        this.#activate(this.#classes[name]);
        entry.place = "before";
        this.#classes[name].before.push(entry);
      }
    }
    // Once for all of them: there may be many.
    for (const name of classes) {
      this.#classes[name].before.sort(byTicket);
      if (isOther) this.#sortLine(name);
    }
  }

  async steer(order: Order): Promise<void> {
    this.#gates.steer(order);
  }

  #isOther(known: Known | undefined): boolean {
    return known !== undefined && known.life !== this.#life;
  }

  /** At its own ticket, in the line that follows on the one in which it had that; not in its order yet. */
  #putAmong(entry: Entry, ticket: number): void {
    const state = this.#classes[entry.class];
    this.#entries.set(entry.conversationId, entry);
    this.#activate(state);
    state.next = Math.max(state.next, ticket);
    entry.place = "line";
    entry.ticket = ticket;
    state.line.set(entry.conversationId, entry);
  }

  #moveAmong(entry: Entry, ticket: number): void {
    this.#putAmong(entry, ticket);
    this.#sortLine(entry.class);
  }

  #sortLine(name: CustomerClass): void {
    const state = this.#classes[name];
    state.line = inOrder(state.line);
  }

  #enterAgain(entry: Entry, { owed = false, asks }: Wish): Entered {
    const news = entry.asks.newOf(asks);
    if (entry.number !== 0 && news.length > 0 && !entry.asksMore) {
      if (!owed && this.#waiting >= this.#settings.acceptBelow[entry.class])
        return { kind: "shed", waiting: this.#waiting };
      entry.asksMore = true;
      this.#held++;
    }
    entry.asks.add(news);
    return entry.number === 0 ? this.#asWaiting(entry) : { kind: "held" };
  }

  #newEntry(conversationId: string, name: CustomerClass, nodeId: string): Entry {
    const since = this.#clock.elapsed();
    return {
      conversationId,
      class: name,
      ticket: 0,
      place: "granted",
      number: 0,
      nodeId,
      asks: new Asks(),
      asksMore: false,
      since,
      notBefore: 0,
      isFree: false,
    };
  }

  /** Those who stand in line and could be served. */
  get #standing(): number {
    return classes.reduce((sum, name) => sum + this.#classes[name].line.size + this.#classes[name].before.length, 0);
  }

  get #waiting(): number {
    return this.#standing + this.#later.size + this.#held;
  }

  #isThere(nodeId: string): boolean {
    const node = this.#nodes.get(nodeId);
    return node !== undefined && this.#clock.elapsed() - node.seenAt < awayMs;
  }

  #roomAt(nodeId: string): number {
    return this.#isThere(nodeId) ? (this.#nodes.get(nodeId)?.room ?? 0) : 0;
  }

  #serve(nodeId: string): void {
    while (this.#gates.isOpen) {
      const name = this.#nextClass();
      if (name === null) return;
      const state = this.#classes[name];
      const entry = headOf(state);
      if (entry === undefined) return;
      const by = this.#whoCan(entry, nodeId);
      if (by === undefined) return;
      this.#virtual = state.pass;
      state.pass += 1 / this.#weightOf(name, entry);
      this.#takeOut(entry);
      this.#grant(entry, by);
    }
  }

  /**
   * An answer that is to be tried again is the node's that writes it, which needs no room for it; others go to their own
   * node where it has room, or to the one that asks.
   */
  #whoCan(entry: Entry, nodeId: string): string | undefined {
    if (entry.number > 0 && !entry.isFree && this.#isThere(entry.nodeId)) return entry.nodeId;
    return [entry.nodeId, nodeId].find((id) => this.#roomAt(id) > 0);
  }

  #nextClass(): CustomerClass | null {
    let best: CustomerClass | null = null;
    for (const name of classes) {
      const state = this.#classes[name];
      if (this.#gates.isPaused(name)) state.pass = Math.max(state.pass, this.#virtual);
      else if (headOf(state) && (best === null || state.pass < this.#classes[best].pass)) best = name;
    }
    return best;
  }

  #weightOf(name: CustomerClass, { since }: Entry): number {
    const { weights, ageingMs } = this.#settings;
    return weightAt(weights[name], this.#clock.elapsed() - since, ageingMs);
  }

  #grant(entry: Entry, nodeId: string): Grant {
    this.#numbers++;
    if (entry.number === 0) entry.asks.granted();
    entry.place = "granted";
    entry.number = this.#numbers;
    entry.nodeId = nodeId;
    const { conversationId, number, isFree } = entry;
    const grant = { conversationId, class: entry.class, number, isFree };
    this.#classes[entry.class].served++;
    this.#gates.take(entry.conversationId);
    const node = this.#nodes.get(nodeId);
    if (node) node.room -= 1;
    this.#mailOf(nodeId).set(entry.conversationId, grant);
    return grant;
  }

  #mailOf(nodeId: string): Map<string, Grant> {
    const mail = this.#mail.get(nodeId) ?? new Map<string, Grant>();
    this.#mail.set(nodeId, mail);
    return mail;
  }

  #granted({ conversationId, number }: Grant): Entry | null {
    const entry = this.#entries.get(conversationId);
    return entry?.place === "granted" && entry.number === number ? entry : null;
  }

  /** What another line had granted before this one, unless this one has granted it as well. */
  #forgotten({ conversationId, class: name, number, origin }: Grant): Entry | null {
    const known = this.#entries.get(conversationId);
    if (origin === undefined || !this.#isOther(origin) || (known && known.number !== 0)) return null;
    if (known) {
      this.#noteLeft(known);
      this.#takeOut(known);
      known.asks.granted();
    }
    const entry = known ?? this.#newEntry(conversationId, name, origin.nodeId);
    this.#entries.set(conversationId, Object.assign(entry, { ticket: 0, number, nodeId: origin.nodeId }));
    return entry;
  }

  /** Gives the entry when it waits from now on. */
  #end({ answered, ...grant }: Over): Entry | null {
    const entry = this.#entries.get(grant.conversationId);
    if (entry?.number !== grant.number) return null;
    // Put back to be granted again, and not wanted any more.
    if (entry.place !== "granted") this.#takeOut(entry);
    this.#release(entry);
    this.#askNoMore(entry);
    if (!entry.asks.settle(answered)) {
      this.#entries.delete(entry.conversationId);
      return null;
    }
    this.#append(entry);
    return entry;
  }

  /** It is not being answered any more. */
  #release({ conversationId, nodeId }: Entry): void {
    this.#gates.begun(conversationId);
    this.#mail.get(nodeId)?.delete(conversationId);
  }

  #askNoMore(entry: Entry): void {
    if (entry.asksMore) this.#held--;
    entry.asksMore = false;
  }

  #append(entry: Entry): void {
    const state = this.#classes[entry.class];
    this.#activate(state);
    entry.place = "line";
    entry.ticket = ++state.next;
    entry.number = 0;
    entry.isFree = false;
    entry.since = this.#clock.elapsed();
    state.line.set(entry.conversationId, entry);
  }

  /** A class that was away saves nothing up. */
  #activate(state: ClassState): void {
    if (headOf(state) === undefined) state.pass = Math.max(state.pass, this.#virtual);
  }

  #putBack(entry: Entry, notBefore: number): void {
    this.#release(entry);
    if (notBefore <= this.#clock.elapsed()) return this.#putBefore(entry);
    entry.place = "later";
    entry.notBefore = notBefore;
    this.#later.set(entry.conversationId, entry);
  }

  #putBefore(entry: Entry): void {
    const state = this.#classes[entry.class];
    this.#activate(state);
    entry.place = "before";
    state.before.push(entry);
    state.before.sort(byTicket);
  }

  #wakeLater(): void {
    const now = this.#clock.elapsed();
    for (const entry of this.#later.values()) {
      if (entry.notBefore > now) continue;
      this.#later.delete(entry.conversationId);
      this.#putBefore(entry);
    }
  }

  #takeOut(entry: Entry): void {
    const state = this.#classes[entry.class];
    state.line.delete(entry.conversationId);
    if (entry.place === "before") state.before = state.before.filter((each) => each !== entry);
    this.#later.delete(entry.conversationId);
  }

  #noteLeft({ class: name, ticket, place }: Entry): void {
    if (place !== "line") return;
    this.#left.push({ class: name, ticket, seq: ++this.#leftSeq });
    if (this.#left.length > mostLeft) this.#left = this.#left.slice(-mostLeft);
  }

  #lineOf(name: CustomerClass): ClassLine {
    const { line, before, next, served } = this.#classes[name];
    const [first] = line.values();
    return {
      head: first?.ticket ?? next + 1,
      next: next + 1,
      served,
      before: before.slice(0, mostBefore).map(({ ticket }) => ticket),
    };
  }

  #asWaiting(entry: Entry): { kind: "waiting"; at: Ticket; position: number } {
    const at = { class: entry.class, ticket: entry.ticket };
    const { line, before } = this.#classes[entry.class];
    if (entry.place === "line") return { kind: "waiting", at, position: 1 + countBefore(line, entry) };
    return { kind: "waiting", at, position: 1 + before.filter(({ ticket }) => ticket < entry.ticket).length };
  }
}

function byTicket(a: Entry, b: Entry): number {
  return a.ticket - b.ticket || (a.conversationId < b.conversationId ? -1 : 1);
}

/** It stands in line at a later ticket than that. */
function isBehind(entry: Entry, name: CustomerClass, ticket: number): boolean {
  return entry.place === "line" && entry.class === name && entry.ticket > ticket;
}

function inOrder(line: ReadonlyMap<string, Entry>): Map<string, Entry> {
  return new Map([...line.values()].sort(byTicket).map((entry) => [entry.conversationId, entry]));
}

function headOf({ line, before }: ClassState): Entry | undefined {
  return before[0] ?? line.values().next().value;
}

function countBefore(line: ReadonlyMap<string, Entry>, { ticket }: Entry): number {
  let count = 0;
  for (const each of line.values()) {
    if (each.ticket >= ticket) break;
    count++;
  }
  return count;
}

function keptOf({ conversationId, class: name, ticket }: Entry): Kept {
  return { conversationId, class: name, ticket };
}

function isSame(a: Grant | undefined, b: Grant): boolean {
  return a?.number === b.number;
}
