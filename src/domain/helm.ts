import type { TierReason } from "../contract/service.ts";
import type { CustomerClass, Tier } from "../contract/shapes.ts";
import type { Clock, Undo } from "./clock.ts";
import type { RelayGauge } from "./gauge.ts";
import { type Course, type Health, slotMs, sumOf, type Vitals } from "./health.ts";
import type { Line } from "./line.ts";
import type { ModelTable } from "./models.ts";
import { Outage } from "./outage.ts";
import type { Service, ServiceTable } from "./service.ts";
import { follow, lowerOf, type TierSettings } from "./tiers.ts";
import { usualMs } from "./usual.ts";

export interface HelmOptions {
  readonly health: Health;
  readonly line: Line;
  readonly clock: Clock;
  readonly settings: TierSettings;
  readonly services: ServiceTable;
  readonly models: ModelTable;
  /** The highest tier that may be given at the moment, whatever the relay can do; `high` without it. */
  readonly cap?: () => Tier;
  /** The tier that an operator holds, whatever else speaks for another one; null, and without it, for none. */
  readonly held?: () => Tier | null;
  /** How the line stood when it was looked at last. */
  readonly standing: () => { readonly tier: Tier; readonly starting: number; readonly life: string };
  /** Nothing is begun with that model for so long, by this node's word. */
  readonly paused: (model: string, ms: number) => void;
  /** The tier has moved, by this node's judgement. */
  readonly moved: (from: Tier, to: Tier, reason: TierReason) => void;
  readonly onFault: (fault: unknown, where: string) => void;
}

/** Expected of a model of which nothing is known yet: patient, so that a slow model does not begin as a bad one. */
const unknownMs = 3_000;
/** Between two tells while there is nothing to say. */
const idleMs = 1_000;
/** A tier that the line has not taken on after so long is told again; by then all nodes know of the same budget. */
const insistMs = 1_500;

/** Of a refusal that names no time: this, doubled with each one that follows soon. */
const quietMs = 1_000;
const longestQuietMs = 8_000;
const soonMs = 5_000;
/** What a relay may ask for at most; and a pause that ends hardly later than the present one is not told. */
const mostQuietMs = 30_000;
const quietStepMs = 100;

/** A model that is quiet for longer is passed over where there is another; until all nodes know, nothing is begun. */
const bearableQuietMs = 3_000;
const hearingMs = 250;

/** What the relay was quieted by, for one model. */
interface Quiet {
  readonly until: number;
  readonly refusals: number;
}

/**
 * Steers the line by how the relay does: tells all nodes what this one has seen, judges for all of them should it be the
 * first to, and moves the tier (A9), the limit of first texts and the pauses (A10).
 */
export class Helm {
  readonly #options: HelmOptions;
  readonly #quiet = new Map<string, Quiet>();
  /** Models that are quiet for long, and until when, on this node's clock. */
  readonly #away = new Map<string, number>();
  #gauge: RelayGauge | null = null;
  #course: Course | null = null;
  #life = "";
  /** What the budget left when the line was steered last. */
  #cap: Tier = "high";
  /** Since when the line has had another tier than it should, on the clock's `elapsed`; null while it has not. */
  #differsSince: number | null = null;
  #next: Undo = () => {};
  #closed = false;

  constructor(options: HelmOptions) {
    this.#options = options;
  }

  /** Milliseconds to a model's first text when nothing is amiss: as set, or as learned. */
  expectedMs(model: string): number {
    const set = this.#options.models[model]?.expectedFirstTokenMs;
    return set ?? usualMs(this.#course?.usual ?? {}, model) ?? unknownMs;
  }

  /** What holds the tier down, or has moved it last. */
  get reason(): TierReason {
    if (this.#held !== null) return "operator";
    return this.#tierOf(this.#course) === this.#course?.tier ? "relay" : "budget";
  }

  /** When the relay's health moved the tier last, in epoch milliseconds; null before anything was judged. */
  get movedAt(): number | null {
    return this.#course === null ? null : this.#course.changedAt * slotMs;
  }

  /** How attempts went in the last seconds that were judged. */
  get signal(): Vitals {
    return sumOf(this.#course?.recent ?? []);
  }

  /** Models with which nothing is begun by this node's word, and for how many milliseconds more. */
  get quietMs(): Readonly<Record<string, number>> {
    const now = this.#options.clock.elapsed();
    const left = [...this.#quiet].map(([model, { until }]) => [model, Math.ceil(until - now)] as const);
    return Object.fromEntries(left.filter(([, ms]) => ms > 0));
  }

  /** Tells the line at once what tier it is to have. */
  insist(): void {
    void this.#steer({ tier: this.#tierOf(this.#course) });
  }

  /** Steers by that gauge from here on. */
  open(gauge: RelayGauge): void {
    this.#gauge = gauge;
    void this.#look();
  }

  close(): void {
    this.#closed = true;
    this.#next();
  }

  /** What a customer of that class is served with now: models that are quiet for long come last (A10, A11). */
  serviceOf(name: CustomerClass): Service {
    const { services, standing } = this.#options;
    const service = services.of(standing().tier, name);
    const [first, ...rest] = service.chain;
    if (!this.isQuiet(first)) return service;
    const next = rest.find((model) => !this.isQuiet(model));
    if (next === undefined) return service;
    return { ...service, chain: [next, ...service.chain.filter((model) => model !== next)] };
  }

  /** That model is to be left alone for longer than anybody should wait. */
  isQuiet(model: string): boolean {
    return this.#options.clock.elapsed() < (this.#away.get(model) ?? 0);
  }

  /** Nothing is begun with that model for a while, on any node (A10). */
  quiet(model: string, { retryAfterMs }: { readonly retryAfterMs?: number | undefined }): void {
    const { clock } = this.#options;
    const now = clock.elapsed();
    const known = this.#quiet.get(model);
    // What was under way when the pause began says nothing new.
    if (known && now < known.until && retryAfterMs === undefined) return;
    const refusals = known && now - known.until < soonMs ? known.refusals + 1 : 1;
    const ownMs = Math.min(longestQuietMs, quietMs * 2 ** (refusals - 1));
    this.#pause(model, Math.max(quietStepMs, Math.min(mostQuietMs, retryAfterMs ?? ownMs)), refusals);
  }

  /** The relay's limits leave so little that nothing is begun with that model for so long; for 0 they leave enough. */
  rest(model: string, ms: number): void {
    if (ms > 0) this.#pause(model, ms, this.#quiet.get(model)?.refusals ?? 0);
  }

  #pause(model: string, ms: number, refusals: number): void {
    const { clock } = this.#options;
    const until = clock.elapsed() + ms;
    const known = this.#quiet.get(model);
    if (known && until < known.until + quietStepMs) return;
    this.#quiet.set(model, { until, refusals });
    this.#options.paused(model, ms);
    this.#hold(model, ms);
  }

  #hold(model: string, ms: number): void {
    const { services, standing, clock } = this.#options;
    const isLong = ms > bearableQuietMs;
    if (isLong) {
      this.#away.set(model, clock.elapsed() + ms);
      void this.#tell(model, ms);
    }
    const waits = services.servedBy(model, standing().tier);
    const passesOver = (name: CustomerClass) => isLong && !this.isQuiet(this.serviceOf(name).chain[0]);
    const [others, alone] = [waits.filter(passesOver), waits.filter((name) => !passesOver(name))];
    if (others.length > 0) void this.#steer({ pause: { classes: others, ms: hearingMs } });
    if (alone.length > 0) void this.#steer({ pause: { classes: alone, ms } });
  }

  async #tell(model: string, ms: number): Promise<void> {
    try {
      await this.#options.health.quiet(model, ms);
    } catch (fault) {
      this.#options.onFault(fault, "helm");
    }
  }

  async #look(): Promise<void> {
    try {
      await this.#follow();
    } catch (fault) {
      if (!(fault instanceof Outage)) this.#options.onFault(fault, "helm");
    }
    if (!this.#closed) this.#next = this.#options.clock.after(this.#paceMs(), () => void this.#look());
  }

  #paceMs(): number {
    return this.#gauge?.isBusy ? slotMs : idleMs;
  }

  async #follow(): Promise<void> {
    const { health, settings, standing, moved } = this.#options;
    const told = await health.tell(this.#gauge?.take() ?? null);
    for (const [model, ms] of told.quiet) this.#away.set(model, this.#options.clock.elapsed() + ms);
    const { tier, starting, life } = standing();
    if (life !== this.#life) await this.#tellAll(told.course);
    this.#life = life;
    const course = follow(told, settings, starting);
    this.#course = course;
    const wanted = this.#tierOf(course);
    const isUnheard = this.#isUnheard(tier, wanted);
    if (course === told.course) return;
    if (!(await health.settle(course, told.course?.slot ?? null))) return;
    const former = told.course;
    const isMoved = course.tier !== former?.tier;
    const { starting: most } = course;
    // No tier beside a limit: by now another node may know of one that an operator has ordered.
    if (isMoved || isUnheard) await this.#steer({ tier: wanted, starting: most });
    else if (most !== former?.starting) await this.#steer({ starting: most });
    if (this.#held !== null) return;
    if (isUnheard && this.#isCapNew()) moved(tier, wanted, "budget");
    else if (former && isMoved) moved(former.tier, course.tier, "relay");
  }

  get #held(): Tier | null {
    return this.#options.held?.() ?? null;
  }

  #isCapNew(): boolean {
    const cap = this.#options.cap?.() ?? "high";
    const isNew = cap !== this.#cap;
    this.#cap = cap;
    return isNew;
  }

  /** The tier that is held; else the course's, or what the budget leaves of it. */
  #tierOf(course: Course | null): Tier {
    return this.#held ?? lowerOf(course?.tier ?? "high", this.#options.cap?.() ?? "high");
  }

  /** The line has had another tier for long enough that nobody else is about to tell it. */
  #isUnheard(tier: Tier, wanted: Tier): boolean {
    const now = this.#options.clock.elapsed();
    if (tier === wanted) this.#differsSince = null;
    else this.#differsSince ??= now;
    return this.#differsSince !== null && now - this.#differsSince > insistMs;
  }

  /** Another line than before knows nothing of what this one was told (A12). */
  async #tellAll(course: Course | null): Promise<void> {
    const now = this.#options.clock.elapsed();
    if (course) await this.#steer({ tier: this.#tierOf(course), starting: course.starting });
    for (const [model, { until }] of this.#quiet) if (until > now) this.#hold(model, until - now);
  }

  async #steer(order: Parameters<Line["steer"]>[0]): Promise<void> {
    try {
      await this.#options.line.steer(order);
    } catch (fault) {
      if (!(fault instanceof Outage)) this.#options.onFault(fault, "helm");
    }
  }
}
