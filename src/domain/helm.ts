import type { CustomerClass, Tier } from "../contract/shapes.ts";
import type { Clock, Undo } from "./clock.ts";
import type { RelayGauge } from "./gauge.ts";
import { type Course, type Health, slotMs } from "./health.ts";
import type { Line } from "./line.ts";
import type { ModelTable } from "./models.ts";
import { Outage } from "./outage.ts";
import type { ServiceTable } from "./service.ts";
import { follow, type TierSettings } from "./tiers.ts";
import { usualMs } from "./usual.ts";

export interface HelmOptions {
  readonly health: Health;
  readonly line: Line;
  readonly clock: Clock;
  readonly settings: TierSettings;
  readonly services: ServiceTable;
  readonly models: ModelTable;
  /** How the line stood when it was looked at last. */
  readonly standing: () => { readonly tier: Tier; readonly starting: number };
  /** The tier has moved, by this node's judgement. */
  readonly moved: (from: Tier, to: Tier) => void;
  readonly onFault: (fault: unknown, where: string) => void;
}

/** Expected of a model of which nothing is known yet: patient, so that a slow model does not begin as a bad one. */
const unknownMs = 3_000;
/** Between two tells while there is nothing to say. */
const idleMs = 1_000;
/** A tier that the line has not taken on after so long is told again. */
const insistSlots = 1_000 / slotMs;

/** Of a refusal that names no time: this, doubled with each one that follows soon. */
const quietMs = 1_000;
const longestQuietMs = 8_000;
const soonMs = 15_000;
/** What a relay may ask for at most; and a pause that ends hardly later than the present one is not told. */
const mostQuietMs = 30_000;
const quietStepMs = 100;

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
  #gauge: RelayGauge | null = null;
  #course: Course | null = null;
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

  /** Steers by that gauge from here on. */
  open(gauge: RelayGauge): void {
    this.#gauge = gauge;
    void this.#look();
  }

  close(): void {
    this.#closed = true;
    this.#next();
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
    const { services, standing, clock } = this.#options;
    const until = clock.elapsed() + ms;
    const known = this.#quiet.get(model);
    if (known && until < known.until + quietStepMs) return;
    this.#quiet.set(model, { until, refusals });
    const classes: CustomerClass[] = services.servedBy(model, standing().tier);
    if (classes.length > 0) void this.#steer({ pause: { classes, ms } });
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
    const { tier, starting } = standing();
    const course = follow(told, settings, starting);
    this.#course = course;
    if (course === told.course) return;
    if (!(await health.settle(course, told.course?.slot ?? null))) return;
    const former = told.course;
    const isNews = course.tier !== former?.tier || course.starting !== former.starting;
    const isUnheard = course.tier !== tier && course.slot - course.changedAt > insistSlots;
    if (isNews || isUnheard) await this.#steer({ tier: course.tier, starting: course.starting });
    if (former && former.tier !== course.tier) moved(former.tier, course.tier);
  }

  async #steer(order: Parameters<Line["steer"]>[0]): Promise<void> {
    try {
      await this.#options.line.steer(order);
    } catch (fault) {
      if (!(fault instanceof Outage)) this.#options.onFault(fault, "helm");
    }
  }
}
