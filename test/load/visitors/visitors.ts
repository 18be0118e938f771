import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import type { Tier } from "../../../src/contract/shapes.ts";
import { nowMs } from "../clock.ts";
import { classOf, tokenOf } from "../people.ts";
import { arrivals, type Phase } from "../schedule.ts";
import type { Asked } from "./asked.ts";
import { questionOf } from "./dialogues.ts";
import type { Share, Tick } from "./messages.ts";
import { openTally } from "./tally.ts";
import { Visitor } from "./visitor.ts";

/** So many handshakes of one process may be under way: beyond that the ramp waits. */
const mostConnecting = 200;
const mostRemarks = 5;

/** All visitors of one worker process. */
export class Visitors {
  readonly #share: Share;
  readonly #tally = openTally();
  readonly #visitors: Visitor[] = [];
  /** Number of the customer and of the next question. */
  readonly #numbers = new Map<Visitor, { readonly customer: number; next: number }>();
  /** Who may ask next, the longest silent first. */
  #free: Visitor[] = [];
  #firstFree = 0;
  readonly #witnesses = new Map<string, Visitor>();
  #isHalted = false;
  readonly #delay = monitorEventLoopDelay({ resolution: 5 });
  #news: Omit<
    { -readonly [N in keyof Tick]: Tick[N] extends readonly (infer E)[] ? E[] : Tick[N] },
    "kind" | "worker" | "tally"
  >;

  constructor(share: Share) {
    this.#share = share;
    this.#news = noNews();
    this.#delay.enable();
  }

  /** Opens all sockets at the pace of the share; resolves once each has its conversation, or the run is halted. */
  async open(): Promise<void> {
    const { sockets, perSecond } = this.#share;
    const from = nowMs();
    const connecting = new Set<Promise<void>>();
    for (let at = 0; at < sockets && !this.#isHalted; at++) {
      const leftMs = from + (at * 1_000) / perSecond - nowMs();
      if (leftMs > 1) await pause(leftMs);
      while (connecting.size >= mostConnecting && !this.#isHalted) await Promise.race([...connecting, pause(500)]);
      const opening: Promise<void> = this.#come(at).finally(() => connecting.delete(opening));
      connecting.add(opening);
    }
    while (connecting.size > 0 && !this.#isHalted) await Promise.race([...connecting, pause(500)]);
  }

  /** Asks when it is time, whatever has become of the others (open loop): each worker every so many-th of all arrivals. */
  async ask(atMs: number, phases: readonly Phase[]): Promise<void> {
    const { worker, workers } = this.#share;
    for (const [at, dueMs] of arrivals(phases).entries()) {
      if (at % workers !== worker) continue;
      const leftMs = atMs + dueMs - nowMs();
      if (leftMs > 1) await pause(leftMs);
      if (this.#isHalted) return;
      this.#news.lateMs.push(Math.max(0, nowMs() - atMs - dueMs));
      this.#askOne();
    }
  }

  halt(): void {
    this.#isHalted = true;
  }

  /** What happened since the last call. */
  tick(): Tick {
    const { worker } = this.#share;
    const now = nowMs();
    for (const visitor of this.#visitors) visitor.checkPulse(now);
    const tick = { kind: "tick" as const, worker, tally: this.#tally, ...this.#news, deafMs: this.#delay.max / 1e6 };
    this.#delay.reset();
    this.#news = noNews();
    return tick;
  }

  get unsettled(): Asked[] {
    return this.#visitors.map(({ unsettled }) => unsettled).filter((asked) => asked !== null);
  }

  close(): void {
    for (const visitor of this.#visitors) visitor.close();
  }

  async #come(at: number): Promise<void> {
    const { worker, workers, urls, addresses, secret } = this.#share;
    const customer = at * workers + worker;
    const name = secret === null ? "guest" : classOf(customer % 10);
    const first = (customer + Math.floor(customer / 10)) % urls.length;
    const visitor = new Visitor({
      class: name,
      token: secret === null || name === "guest" ? null : await tokenOf(name, customer, secret),
      urls: [...urls.slice(first), ...urls.slice(0, first)],
      localAddress: addresses[at % Math.max(1, addresses.length)],
      tally: this.#tally,
      remark: (kind, what) => this.#remark(kind, what),
      tier: (witness, tier) => this.#heardTier(witness, tier),
      settled: (settled, asked) => this.#settled(settled, asked),
      back: (tookMs) => this.#news.backMs.push(tookMs),
    });
    this.#visitors.push(visitor);
    this.#numbers.set(visitor, { customer, next: 0 });
    const from = nowMs();
    await visitor.open();
    this.#news.connectMs.push(nowMs() - from);
    this.#free.push(visitor);
  }

  #askOne(): void {
    const visitor = this.#nextFree();
    const numbers = visitor && this.#numbers.get(visitor);
    if (!visitor || !numbers) return void this.#tally.skipped++;
    visitor.ask(questionOf(numbers.customer, numbers.next++, this.#share.speech));
  }

  /** Whoever is away just now is passed over, and comes again. */
  #nextFree(): Visitor | undefined {
    for (let left = this.#free.length - this.#firstFree; left > 0; left--) {
      const visitor = this.#free[this.#firstFree++];
      if (this.#firstFree > 10_000) {
        this.#free = this.#free.slice(this.#firstFree);
        this.#firstFree = 0;
      }
      if (visitor?.isFree) return visitor;
      if (visitor) this.#free.push(visitor);
    }
    return undefined;
  }

  #settled(visitor: Visitor, asked: Asked): void {
    const { firstTextAt, startedAt, told, askedAt } = asked;
    // The time in line is not the answer's.
    const from = told.length > 0 ? startedAt : askedAt;
    if (firstTextAt !== null && from !== null) this.#news.firstTextMs.push(firstTextAt - from);
    this.#news.asked.push(asked);
    this.#free.push(visitor);
  }

  #remark(kind: string, what: string): void {
    if (this.#news.remarks.filter((one) => one.kind === kind).length < mostRemarks)
      this.#news.remarks.push({ kind, what });
  }

  /** Of each node one customer is believed: others hear the same a little later, after the next change. */
  #heardTier(visitor: Visitor, tier: Tier): void {
    const node = visitor.url;
    const before = this.#witnesses.get(node);
    if (before !== undefined && before !== visitor && before.isOpen && before.url === node) return;
    this.#witnesses.set(node, visitor);
    this.#tally.tier = tier;
    this.#news.tiers.push({ at: nowMs(), node, tier });
  }
}

function noNews() {
  return { asked: [], firstTextMs: [], connectMs: [], backMs: [], tiers: [], remarks: [], lateMs: [], deafMs: 0 };
}
