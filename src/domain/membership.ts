import type { Clock, Undo } from "./clock.ts";
import type { Nodes, Pulse } from "./nodes.ts";
import { Outage } from "./outage.ts";
import { Strangers } from "./strangers.ts";

/** Times of N1 in milliseconds. */
export interface MembershipSettings {
  readonly beatMs: number;
  /** A node that does not beat for so long is buried. */
  readonly goneMs: number;
  /** A node whose own clock has not ticked for so long may be buried already: it says nothing until it knows. */
  readonly asleepMs: number;
}

export const defaultMembership: MembershipSettings = { beatMs: 500, goneMs: 2_000, asleepMs: 1_500 };

/** What a node learns of itself and of the others. Nothing may throw; promises are waited for where it says so. */
export interface MembershipListener {
  /** Redis cannot be reached, or takes nothing; what was last known holds. `why` in its own words. */
  away(why: string): void;
  /** Redis is reached again, or has lost what it knew of this node: what this node keeps there is to be looked after. */
  back(): void;
  /** `former` is held for dead, `present` begins. Awaited before this node speaks again; rejecting makes it be tried again. */
  reborn(former: string, present: string): Promise<void>;
  /** A dead node's work is to be taken over. Called at every beat until it is forgotten. */
  orphaned(nodeId: string): void;
  fault(fault: unknown): void;
}

export interface MembershipOptions {
  readonly nodes: Nodes;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly settings?: MembershipSettings;
}

/** What was seen of another node. */
interface Sighting {
  readonly beats: number;
  readonly at: number;
}

/** Somebody who waits until this node may speak. */
interface Waiter {
  readonly resolve: (isFree: boolean) => void;
  readonly giveUp: Undo;
}

/**
 * This node's life among the others.
 *
 * - **N1** It beats; it fences itself when it was asleep, until a beat has told it whether it is still alive; it buries
 *   nodes that it has seen silent for `goneMs` while it was itself awake and in touch all that time. Only its own clock
 *   is used for that, so neither skew nor a restart of Redis makes anybody look dead.
 * - **N4** While Redis is away nobody can be buried, so an awake node goes on speaking.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #settings: MembershipSettings;
  readonly #sightings = new Map<string, Sighting>();
  readonly #strangers = new Strangers();
  #listener: MembershipListener | null = null;
  #nodeId: string;
  /** The name under which it was taken for dead, until everything has been made sure of. */
  #former: string | null = null;
  #born = true;
  #isReviving = false;
  #away = false;
  #asleep = false;
  /** How often it woke. */
  #wakes = 0;
  #beating: Promise<void> | null = null;
  #tickedAt: number;
  #tickedAtWall: number;
  /** Since when every beat has got through; null while Redis is away. */
  #inTouchSince: number | null = null;
  readonly #waiters = new Set<Waiter>();
  #next: Undo = () => {};
  #closed = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#settings = options.settings ?? defaultMembership;
    this.#nodeId = options.newId();
    this.#tickedAt = options.clock.elapsed();
    this.#tickedAtWall = options.clock.now();
  }

  get nodeId(): string {
    return this.#nodeId;
  }

  /** How many nodes live, as far as this one knows; itself included. */
  get count(): number {
    return this.#sightings.size + 1;
  }

  /** Redis cannot be reached. */
  get away(): boolean {
    return this.#away;
  }

  /** True while this node may have been buried without knowing it: it must not say what it writes. */
  get fenced(): boolean {
    if (!this.#asleep) this.#asleep = this.#sleptMs() > this.#settings.asleepMs;
    return this.#asleep;
  }

  /** Waits until this node may speak; gives up after `patienceMs`. Undefined when it may already. */
  unfenced(patienceMs: number): Promise<boolean> | undefined {
    if (!this.fenced) return undefined;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const giveUp = this.#options.clock.after(patienceMs, () => this.#wake(waiter, false));
    const waiter: Waiter = { resolve, giveUp };
    this.#waiters.add(waiter);
    return promise;
  }

  /**
   * That node lives, or it cannot be told. It can of one that was seen and is gone, and of one that no beat has shown: not
   * those of `goneMs`, nor one sent since it was first asked about, for a node that has just come is seen at the next.
   */
  mayLive(nodeId: string): boolean {
    if (nodeId === this.#nodeId || this.#sightings.has(nodeId)) return true;
    const mayBeStranger = this.#strangers.mayLive(nodeId);
    const inTouchMs = this.#inTouchSince === null ? 0 : this.#options.clock.elapsed() - this.#inTouchSince;
    return mayBeStranger || inTouchMs < this.#settings.goneMs;
  }

  /** Beats for the first time; rejects when Redis cannot be reached. */
  async open(listener: MembershipListener): Promise<void> {
    this.#listener = listener;
    await this.#beat();
    this.#schedule();
  }

  /** Leaves: what this node still answers is the others' from now on. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#next();
    await this.#beating;
    await this.#options.nodes.leave(this.#nodeId).catch((fault: unknown) => this.#fault(fault));
  }

  #sleptMs(): number {
    const { clock } = this.#options;
    // A machine that sleeps stops the one clock, a signal that stops the process neither.
    return Math.max(clock.elapsed() - this.#tickedAt, clock.now() - this.#tickedAtWall);
  }

  #schedule(): void {
    if (!this.#closed) this.#next = this.#options.clock.after(this.#settings.beatMs, () => this.#tick());
  }

  #tick(): void {
    // Asked before the tick is noted: it is what tells that the process was asleep.
    if (this.#sleptMs() > this.#settings.asleepMs) this.#wakes++;
    if (this.fenced) this.#inTouchSince = null;
    this.#tickedAt = this.#options.clock.elapsed();
    this.#tickedAtWall = this.#options.clock.now();
    this.#schedule();
    if (this.#isReviving) this.#giveSign();
    this.#beating ??= this.#beat()
      .catch((fault: unknown) => this.#failed(fault))
      .finally(() => {
        this.#beating = null;
      });
  }

  async #beat(): Promise<void> {
    const wakes = this.#wakes;
    const sent = this.#strangers.send();
    const pulse = await this.#options.nodes.beat(this.#nodeId, this.#born);
    if (!this.#born && !pulse.alive) await this.#beBorn();
    if (this.#former !== null) await this.#revive(this.#former);
    // What was true before it slept need not be so any more: the next beat tells.
    if (wakes !== this.#wakes) return;
    const wasAway = this.#away;
    this.#born = false;
    this.#away = false;
    this.#asleep = false;
    for (const waiter of this.#waiters) this.#wake(waiter, true);
    if (wasAway) this.#listener?.back();
    this.#strangers.shown(sent, pulse.beats);
    this.#look(pulse);
  }

  #wake(waiter: Waiter, isFree: boolean): void {
    this.#waiters.delete(waiter);
    waiter.giveUp();
    waiter.resolve(isFree);
  }

  /** Not alive: buried by the others, or forgotten by a Redis that was emptied. What was begun under the old name is void. */
  async #beBorn(): Promise<void> {
    this.#asleep = true;
    this.#former ??= this.#nodeId;
    this.#nodeId = this.#options.newId();
    // What it went on to list under the old name, before it knew, has to be found by somebody.
    await this.#options.nodes.beat(this.#nodeId, true, this.#former);
  }

  /** Fenced until everything that it was doing is its own again, or given up. */
  async #revive(former: string): Promise<void> {
    this.#asleep = true;
    this.#isReviving = true;
    try {
      await this.#listener?.reborn(former, this.#nodeId);
    } finally {
      this.#isReviving = false;
    }
    this.#former = null;
    // What is kept in Redis is looked after as if it had been away.
    this.#away = true;
  }

  /** Making sure of everything may take longer than the others wait before they bury the new name too. */
  #giveSign(): void {
    this.#options.nodes.beat(this.#nodeId, false).catch((fault: unknown) => this.#fault(fault));
  }

  #look({ beats, buried }: Pulse): void {
    const now = this.#options.clock.elapsed();
    this.#inTouchSince ??= now;
    for (const nodeId of this.#sightings.keys()) if (!beats.has(nodeId)) this.#lose(nodeId);
    for (const [nodeId, count] of beats) if (nodeId !== this.#nodeId) this.#sight(nodeId, count, now);
    for (const nodeId of buried) {
      this.#lose(nodeId);
      this.#listener?.orphaned(nodeId);
    }
  }

  #lose(nodeId: string): void {
    this.#sightings.delete(nodeId);
    this.#strangers.gone(nodeId);
  }

  #sight(nodeId: string, beats: number, now: number): void {
    const seen = this.#sightings.get(nodeId);
    if (seen?.beats !== beats) return void this.#sightings.set(nodeId, { beats, at: now });
    const silentMs = now - Math.max(seen.at, this.#inTouchSince ?? now);
    if (silentMs < this.#settings.goneMs) return;
    this.#options.nodes.bury(nodeId, beats).then(
      (buried) => {
        if (!buried) return;
        this.#lose(nodeId);
        this.#listener?.orphaned(nodeId);
      },
      (fault: unknown) => this.#fault(fault),
    );
  }

  #failed(fault: unknown): void {
    this.#inTouchSince = null;
    if (!(fault instanceof Outage)) return this.#listener?.fault(fault);
    if (!this.#away) this.#listener?.away(whyOf(fault));
    this.#away = true;
  }

  #fault(fault: unknown): void {
    if (!(fault instanceof Outage)) this.#listener?.fault(fault);
  }
}

function whyOf({ cause }: Outage): string {
  return cause instanceof Error ? cause.message : "it does not answer";
}
