import type { Tier } from "../contract/shapes.ts";
import type { Clock } from "./clock.ts";
import { Latest } from "./latest.ts";
import {
  type Entered,
  type Found,
  type Grant,
  isGone,
  joinAsks,
  type Kept,
  type Known,
  type Line,
  type News,
  type Order,
  type Over,
  type Placed,
  type Round,
  type Wish,
} from "./line.ts";
import { Outage } from "./outage.ts";
import { StandingOrders } from "./standing-orders.ts";

export interface StandbyLineOptions {
  readonly store: Line;
  readonly clock: Clock;
  /** A line of this process alone, at this node's safe share of the starts, in the tier of the moment, empty at first. */
  readonly openLocal: (tier: Tier) => Line;
}

/** What was said to the store's line and not heard yet, by the numbers of the grants. */
interface Unheard {
  readonly taken: Map<number, Grant>;
  readonly begun: Map<number, Grant>;
  readonly ended: Map<number, Over>;
}

interface Newcomer {
  readonly wish: Wish;
  /** Not to be granted a start before then, on the clock's `elapsed` scale. */
  readonly notBefore: number;
}

/** So many ends are told again, of the latest. */
const mostHeard = 1_000;

/** So many are put back at once, in their order. */
const mergedAtOnce = 500;

/** Every node has held a round by then, and has put its own back into a line that was lost. */
const settlingMs = 1_000;

const parts = ["taken", "begun", "ended"] as const;
const nothing: Omit<News, "nodeId" | "room"> = { taken: [], begun: [], ended: [], leftSeen: 0 };

/**
 * {@link Line} of a cluster, and a line of this node's own for as long as the store is away.
 *
 * - **A12** Those who waited here go on waiting here, in their order, and newcomers behind them; nobody is let through
 *   beside the line, and nobody is turned away for the outage's sake. When the store is back, whoever still waits is put
 *   back into its line at the old ticket, and whoever was served leaves it. Meanwhile nobody is told a place: this node
 *   sees only its own customers.
 * - **A10** What paused the store's line pauses the local one.
 *
 * Grants of the local line bear negative numbers: the two are never taken for each other.
 */
export class StandbyLine implements Line {
  readonly #options: StandbyLineOptions;
  /** Those who wait in the store's line as far as they entered it here. */
  readonly #kept = new Map<string, Kept>();
  readonly #unheard: Unheard = { taken: new Map(), begun: new Map(), ended: new Map() };
  /** The latest ends that the store's line has heard, by the numbers of the grants: a replica that takes over may not have. */
  readonly #heard = new Latest<number, Over>(mostHeard);
  #local: Line | null = null;
  #opening: Promise<unknown> = Promise.resolve();
  /** While those who came meanwhile are put back into the store's line. */
  #merging: Promise<void> | null = null;
  /** What the store's line granted as they were put back: told in the next round. */
  readonly #found: Grant[] = [];
  /** Who is held there behind an answer that another node writes: told in the next round as well. */
  readonly #held: string[] = [];
  /** Where they stand now: as well. */
  readonly #merged: Kept[] = [];
  /** Who could be told no place, and is to be told it as soon as it is known: a loss of the line was found out a moment ago, or is yet to be. */
  readonly #unplaced = new Set<string>();
  /** Until then others may still come back into the line before those who stand in it; on the clock's `elapsed` scale. */
  #settledAt = 0;
  /** Starts of the local line that the store's does not know of. */
  #spent = 0;
  /** Grants of the local line's last round. */
  #told: ReadonlySet<number> = new Set();
  /** What the local line has served while it stood in the store's, by conversation. */
  readonly #served = new Map<string, Wish["asks"]>();
  /** Those who came while the store was away, or were put back into the local line, and wait. */
  readonly #newcomers = new Map<string, Newcomer>();
  /** Which line of the store this one knows: another one has forgotten everybody. */
  #life: string | null = null;
  readonly #orders: StandingOrders;
  /** An order may not have been heard. */
  #isUnsteered = false;

  constructor(options: StandbyLineOptions) {
    this.#options = options;
    this.#orders = new StandingOrders(options.clock);
  }

  async enter(wish: Wish, nodeId: string): Promise<Entered> {
    // Those who came before are being put back, and stand before.
    await this.#merging;
    // Whoever asks again does not leave, though that was to be told.
    this.#served.delete(wish.conversationId);
    if (this.#local === null) {
      try {
        const known = this.#knownOf(wish);
        const entered = this.#noted(wish, await this.#options.store.enter(wish, nodeId, known));
        if (entered.kind === "granted") return { kind: "granted", grant: this.#stamped(entered.grant, nodeId) };
        return this.#toBePlaced(wish, entered);
      } catch (fault) {
        await this.#goAlone(fault, nodeId);
      }
    }
    return this.#enterAlone(wish, nodeId);
  }

  async round(news: News): Promise<Round> {
    for (const part of parts) {
      for (const grant of news[part]) if (isStores(grant)) this.#unheard[part].set(grant.number, grant);
    }
    try {
      // First: whoever was served here meanwhile is not to be served again.
      await this.#comeBack(news);
      const round = await this.#roundInStore(news);
      const granted = [...this.#found.splice(0), ...round.granted].map((grant) => this.#stamped(grant, news.nodeId));
      this.#merged.push(...round.queued);
      const held = this.#held.splice(0);
      // Who has left is told of again, then.
      if (this.#isSettling) return { ...round, granted, queued: [], held, leftSeen: news.leftSeen, isAlone: true };
      const queued = this.#merged
        .splice(0)
        .filter(({ conversationId, ticket }) => this.#stands(conversationId, ticket));
      const placed = await this.#placeAll();
      return { ...round, granted, queued, placed, held };
    } catch (fault) {
      await this.#goAlone(fault, news.nodeId);
      return this.#roundAlone(news);
    }
  }

  async leave(conversationId: string, asks?: readonly string[]): Promise<boolean> {
    const isLocal = (await this.#local?.leave(conversationId, asks)) ?? false;
    if (isLocal) this.#forget(conversationId);
    try {
      const hasLeft = await this.#options.store.leave(conversationId, asks);
      // Others may have been asked beside it: they keep the place.
      if (hasLeft) this.#forget(conversationId);
      return hasLeft || isLocal;
    } catch (fault) {
      if (!(fault instanceof Outage)) throw fault;
      if (this.#local === null) this.#forget(conversationId);
      this.#served.set(conversationId, asks);
      return isLocal;
    }
  }

  async again(grant: Grant, waitMs: number, isFree?: boolean): Promise<boolean> {
    if (isStores(grant)) return this.#options.store.again(grant, waitMs, isFree);
    const isBack = (await this.#local?.again(mirrored(grant), waitMs, isFree)) ?? false;
    const { conversationId, class: name } = grant;
    // Should the store be back before it is granted again, it stands in its line.
    if (isBack) this.#wait({ conversationId, class: name, asks: [] }, this.#options.clock.elapsed() + waitMs);
    return isBack;
  }

  recover(deadNodeId: string, work: readonly Wish[]): Promise<void> {
    return this.#options.store.recover(deadNodeId, work);
  }

  async find(conversationId: string): Promise<Found | null> {
    if (this.#local) return withoutPosition(await this.#local.find(conversationId));
    const found = await this.#options.store.find(conversationId, this.#knownOf()).catch(nullIfAway);
    if (found === null || !(found.isOther || (found.position !== null && this.#isSettling))) return found;
    this.#unplaced.add(conversationId);
    return withoutPosition(found);
  }

  restore(kept: readonly Kept[], nodeId: string, life?: string | null): Promise<void> {
    return this.#options.store.restore(kept, nodeId, life);
  }

  async steer(order: Order): Promise<void> {
    this.#orders.given(order);
    if (this.#local) return this.#local.steer(order);
    try {
      await this.#options.store.steer(order);
    } catch (fault) {
      if (fault instanceof Outage) this.#isUnsteered = true;
      throw fault;
    }
  }

  async #enterAlone(wish: Wish, nodeId: string): Promise<Entered> {
    const { conversationId } = wish;
    // Noted first: the store may come back before the reply is looked at.
    const known = this.#kept.get(conversationId);
    const former = this.#newcomers.get(conversationId);
    const asks = joinAsks((known ?? former?.wish ?? nobody).asks, wish.asks);
    if (known) this.#kept.set(conversationId, withAsks(known, asks));
    else this.#wait(withAsks(wish, asks), former?.notBefore);
    const entered = await this.#alone(nodeId).enter(wish, nodeId);
    if (entered.kind === "shed") {
      if (former === undefined) this.#newcomers.delete(conversationId);
      return entered;
    }
    if (entered.kind === "waiting") return { ...entered, position: null, isAlone: true };
    // Behind an answer that is to be tried again: that still waits.
    if (former === undefined || entered.kind !== "held") this.#newcomers.delete(conversationId);
    return entered.kind === "granted"
      ? { ...entered, grant: this.#fromLocal(entered.grant), isAlone: true }
      : { ...entered, isAlone: true };
  }

  #wait(wish: Wish, notBefore = 0): void {
    this.#newcomers.set(wish.conversationId, { wish, notBefore });
  }

  #noted({ conversationId, owed = false, asks }: Wish, entered: Entered): Entered {
    const all = joinAsks((this.#kept.get(conversationId) ?? nobody).asks, asks);
    if (entered.kind === "waiting")
      this.#kept.set(conversationId, withAsks({ conversationId, owed, ...entered.at }, all));
    else if (entered.kind === "granted") this.#kept.delete(conversationId);
    return entered;
  }

  get #isSettling(): boolean {
    return this.#options.clock.elapsed() < this.#settledAt;
  }

  #stands(conversationId: string, ticket: number): boolean {
    return this.#kept.get(conversationId)?.ticket === ticket;
  }

  #knownOf(wish?: Wish): Known | undefined {
    if (this.#life === null) return undefined;
    const kept = wish && this.#kept.get(wish.conversationId);
    return { life: this.#life, ...(kept?.class === wish?.class && kept && { ticket: kept.ticket }) };
  }

  /** Should the line be lost before it is put back, the next one can tell. */
  #stamped(grant: Grant, nodeId: string): Grant {
    return this.#life === null ? grant : { ...grant, origin: { life: this.#life, nodeId } };
  }

  /** Whoever cannot be told a place now is told it as soon as it is known. */
  #toBePlaced({ conversationId }: Wish, entered: Entered): Entered {
    if (entered.kind !== "waiting" || (entered.position !== null && !this.#isSettling)) return entered;
    this.#unplaced.add(conversationId);
    return { ...entered, position: null };
  }

  /** Looked up: another node may have given back who stood before them, or their own places. */
  async #placeAll(): Promise<readonly Placed[]> {
    const placed: Placed[] = [];
    const all = [...this.#unplaced];
    for (let from = 0; from < all.length; from += mergedAtOnce) {
      const some = all.slice(from, from + mergedAtOnce);
      const found = await this.#findAll(some);
      // Away again: the next round finds that out, and what this one brought is told all the same.
      if (found === null) break;
      for (const [at, conversationId] of some.entries()) placed.push(...this.#placed(conversationId, found[at]));
    }
    return placed;
  }

  #placed(conversationId: string, found: Found | null = null): readonly Placed[] {
    // Lost once more: the next round finds that out.
    if (found?.isOther) return [];
    this.#unplaced.delete(conversationId);
    const kept = this.#kept.get(conversationId);
    if (kept && found) this.#kept.set(conversationId, { ...kept, ...found.at });
    if (!found?.position) return [];
    return [{ conversationId, at: found.at, position: found.position, ...(kept && { isOwn: true }) }];
  }

  /** Null where the store is away. */
  #findAll(conversationIds: readonly string[]): Promise<readonly (Found | null)[] | null> {
    const known = this.#knownOf();
    const all = Promise.all(conversationIds.map((conversationId) => this.#options.store.find(conversationId, known)));
    return all.catch(nullIfAway);
  }

  async #roundInStore(news: News): Promise<Round> {
    const { taken, begun, ended } = this.#unheard;
    const said = { taken: [...taken.values()], begun: [...begun.values()], ended: [...ended.values()] };
    let round = await this.#options.store.round({ ...news, ...said });
    for (const part of parts) for (const { number } of said[part]) this.#unheard[part].delete(number);
    for (const over of said.ended) this.#heard.set(over.number, over);
    if (this.#life !== null && this.#life !== round.life) round = await this.#afterLoss(news, round);
    else for (const [id, kept] of this.#kept) if (isGone(kept, round.lines)) this.#kept.delete(id);
    // Not before: a line that is lost as well has granted nothing.
    for (const { conversationId } of round.granted) this.#kept.delete(conversationId);
    this.#life = round.life;
    this.#orders.heard(round);
    for (const kept of round.queued) this.#kept.set(kept.conversationId, kept);
    return round;
  }

  /** How the line stands once those who waited in the one before stand in it: without them it tells of nobody's place. */
  async #afterLoss({ nodeId, room, leftSeen }: News, first: Round): Promise<Round> {
    let round = first;
    // It may be lost once more meanwhile.
    while (round.life !== this.#life) {
      for (const { conversationId } of [...this.#merged.splice(0), ...round.queued]) this.#unplaced.add(conversationId);
      await this.#restore(nodeId);
      this.#life = round.life;
      this.#settledAt = this.#options.clock.elapsed() + settlingMs;
      round = await this.#options.store.round({ ...nothing, nodeId, room, leftSeen });
    }
    return round;
  }

  /** @throws what is no outage */
  async #goAlone(fault: unknown, nodeId: string): Promise<void> {
    if (!(fault instanceof Outage)) throw fault;
    if (this.#local) return;
    this.#alone(nodeId);
    await this.#opening;
  }

  /** Whoever still waits here stands in the store's line again; whoever was served stands there no more. */
  async #comeBack({ nodeId }: News): Promise<void> {
    const { store } = this.#options;
    const { starting } = this.#orders;
    // The tier is told again by whoever judges it; a pause would only be made longer.
    if (this.#isUnsteered && starting !== undefined) await store.steer({ starting });
    this.#isUnsteered = false;
    for (const [conversationId, asks] of [...this.#served]) {
      await store.leave(conversationId, asks);
      this.#served.delete(conversationId);
    }
    if (this.#local === null) return this.#mergeDue(nodeId);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#merging = promise;
    try {
      // First: what was begun here is not begun there as well (A1).
      const spent = this.#spent;
      if (spent > 0) await store.steer({ spent });
      this.#spent -= spent;
      await this.#tellAgain(nodeId);
      await this.#restore(nodeId);
      // Behind those who stood in it before; some may have come while others were put back.
      await this.#mergeDue(nodeId);
      this.#local = null;
    } finally {
      this.#merging = null;
      resolve();
    }
  }

  /** Before anybody enters: who was granted a start whose end nobody knows would be held behind it, for ever or until it is told. */
  async #tellAgain(nodeId: string): Promise<void> {
    const ended = [...this.#heard.values(), ...this.#unheard.ended.values()];
    if (ended.length === 0) return;
    const { queued } = await this.#options.store.round({ ...nothing, nodeId, room: 0, ended });
    for (const kept of queued) {
      this.#kept.set(kept.conversationId, kept);
      this.#merged.push(kept);
    }
  }

  async #mergeDue(nodeId: string): Promise<void> {
    const isDue = ({ notBefore }: Newcomer) => notBefore <= this.#options.clock.elapsed();
    for (;;) {
      const due = [...this.#newcomers.values()].filter(isDue).slice(0, mergedAtOnce);
      if (due.length === 0) return;
      await Promise.all(due.map(({ wish }) => this.#merge(wish, nodeId)));
    }
  }

  async #merge(wish: Wish, nodeId: string): Promise<void> {
    const entered = this.#noted(wish, await this.#options.store.enter({ ...wish, owed: true }, nodeId));
    if (entered.kind === "granted") this.#found.push(entered.grant);
    if (entered.kind === "held") this.#held.push(wish.conversationId);
    if (entered.kind === "waiting") this.#merged.push({ ...wish, ...entered.at });
    this.#newcomers.delete(wish.conversationId);
  }

  async #restore(nodeId: string): Promise<void> {
    const waiting = [...this.#kept.values()];
    if (waiting.length > 0) await this.#options.store.restore(waiting, nodeId, this.#life);
  }

  /** Opened in one go: nobody enters it, and nothing is granted, before it knows what the store's line knew. */
  #alone(nodeId: string): Line {
    if (this.#local) return this.#local;
    const local = this.#options.openLocal(this.#orders.tier);
    this.#local = local;
    const steered = this.#orders.all.map((order) => local.steer(order));
    this.#opening = Promise.all([...steered, local.restore([...this.#kept.values()], nodeId, this.#life)]);
    return local;
  }

  async #roundAlone(news: News): Promise<Round> {
    const own = <G extends Grant>(grants: readonly G[]) => grants.filter((grant) => !isStores(grant)).map(mirrored);
    const { taken, begun, ended, nodeId, room } = news;
    const lists = { taken: own(taken), begun: own(begun), ended: own(ended) };
    const local = this.#alone(nodeId);
    const round = await local.round({ ...nothing, nodeId, room, ...lists });
    // What was put back, and ended then, waits no more.
    for (const { conversationId } of lists.ended)
      if ((await local.find(conversationId)) === null) this.#newcomers.delete(conversationId);
    // Should the store be back before they are granted a start, they stand in its line.
    for (const { conversationId, class: name } of round.queued)
      if (!this.#kept.has(conversationId)) this.#wait({ conversationId, class: name });
    const granted = round.granted.map(mirrored);
    for (const grant of granted) if (!this.#told.has(grant.number)) this.#grantedHere(grant);
    // Told again and again until they are taken.
    this.#told = new Set(granted.map(({ number }) => number));
    return { ...round, granted, isAlone: true };
  }

  #fromLocal(given: Grant): Grant {
    const grant = mirrored(given);
    this.#grantedHere(grant);
    this.#told = new Set([...this.#told, grant.number]);
    return grant;
  }

  #grantedHere(grant: Grant): void {
    this.#spent++;
    this.#newcomers.delete(grant.conversationId);
    const kept = this.#kept.get(grant.conversationId);
    if (kept && this.#kept.delete(grant.conversationId)) this.#served.set(grant.conversationId, kept.asks);
  }

  #forget(conversationId: string): void {
    this.#kept.delete(conversationId);
    this.#newcomers.delete(conversationId);
  }
}

/** Whoever has asked nothing yet. */
const nobody: Pick<Wish, "asks"> = { asks: [] };

function withAsks<W extends Wish>({ asks: _, ...wish }: W, asks: Wish["asks"]) {
  return { ...wish, ...(asks && { asks }) };
}

function withoutPosition(found: Found | null): Found | null {
  return found && { ...found, position: null };
}

/** @throws what is no outage */
function nullIfAway(fault: unknown): null {
  if (fault instanceof Outage) return null;
  throw fault;
}

const isStores = ({ number }: Grant) => number > 0;

function mirrored<G extends Grant>(grant: G): G {
  return { ...grant, number: -grant.number };
}
