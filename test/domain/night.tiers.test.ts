import { expect, test } from "vitest";
import type { CustomerClass, Tier } from "../../src/contract/shapes.ts";
import { Admission } from "../../src/domain/admission.ts";
import { RelayGauge } from "../../src/domain/gauge.ts";
import { Helm } from "../../src/domain/helm.ts";
import type { LineSettings } from "../../src/domain/line.ts";
import { defaultModels } from "../../src/domain/models.ts";
import { Places } from "../../src/domain/places.ts";
import { MemoryHealth } from "../../src/engines/memory/health.ts";
import { MemoryLine } from "../../src/engines/memory/line.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { newAnswer } from "./answers.ts";
import { services, settled, usualTiers, WeatherRelay } from "./relay-weather.ts";

/** A tenth of the defaults. */
const settings: LineSettings = {
  tiers: {
    high: { perSecond: 100, burst: 500 },
    medium: { perSecond: 50, burst: 250 },
    degraded: { perSecond: 10, burst: 50 },
  },
  acceptBelow: { vip: 1_000, member: 850, guest: 600 },
  weights: { vip: 6, member: 3, guest: 1 },
  ageingMs: 60_000,
  rampPerSecond: null,
};

const stepMs = 25;
const classOf = (at: number): CustomerClass => (at % 10 === 0 ? "vip" : at % 10 < 4 ? "member" : "guest");

/** A relay that begins so many answers a second; whoever comes sooner waits there. */
class Narrow {
  perSecond = 1_000;
  #freeAt = 0;

  /** Milliseconds to the first text of an attempt that is made now. */
  take(now: number): number {
    this.#freeAt = Math.max(now, this.#freeAt) + 1_000 / this.perSecond;
    return this.#freeAt - now + 300;
  }
}

/** One node, its relay, and the customers of the night. */
class Night {
  readonly clock = new VirtualClock();
  readonly line = new MemoryLine({ settings, clock: this.clock });
  readonly narrow = new Narrow();
  readonly tiers: { readonly atMs: number; readonly tier: Tier }[] = [];
  readonly accepted = new Set<string>();
  readonly answered = new Set<string>();
  readonly rises: string[] = [];
  readonly startsAt: number[] = [];
  shed = 0;
  offers = 0;
  mostWaiting = 0;
  slowestMs = 0;
  readonly #positions = new Map<string, number>();
  readonly #relay = new WeatherRelay(this.clock);
  readonly #gauge: RelayGauge;
  readonly #places: Places;
  readonly #admission: Admission;

  constructor() {
    const { clock, line } = this;
    const onFault = (fault: unknown) => {
      throw fault;
    };
    this.#relay.weather = () => {
      const afterMs = this.narrow.take(clock.elapsed());
      this.slowestMs = Math.max(this.slowestMs, afterMs);
      return { afterMs };
    };
    this.#admission = new Admission({
      line,
      clock,
      random: Math.random,
      nodeId: () => "node",
      mostOpen: 100_000,
      acceptBelow: settings.acceptBelow,
      comeBackMs: 20_000,
      onFault,
    });
    const helm = new Helm({
      health: new MemoryHealth(clock),
      line,
      clock,
      settings: { ...usualTiers, firstTexts: { most: 500, least: 20 } },
      services,
      models: defaultModels,
      standing: () => this.#admission,
      paused: () => {},
      moved: () => {},
      onFault,
    });
    this.#gauge = new RelayGauge({
      relay: this.#relay,
      clock,
      settings: usualTiers,
      expectedMs: (model) => helm.expectedMs(model),
      quiet: (model, failure) => helm.quiet(model, failure),
    });
    this.#places = new Places({
      settings,
      clock,
      tell: (id, place) => this.#told(id, place.position),
      vanished: () => {},
    });
    void this.#admission.open({
      granted: (id) => this.#answer(id),
      round: (round) => {
        this.mostWaiting = Math.max(this.mostWaiting, round.waiting);
        this.#places.round(round);
      },
      tier: (tier) => this.tiers.push({ atMs: clock.elapsed(), tier }),
    });
    helm.open(this.#gauge);
  }

  /** So many seconds, with as many questions a second as `perSecond` says for the moment. */
  async pass(seconds: number, perSecond: (second: number) => number): Promise<void> {
    let due = 0;
    for (let ms = 0; ms < seconds * 1_000; ms += stepMs) {
      due += (perSecond(ms / 1_000) * stepMs) / 1_000;
      for (; due >= 1; due--) void this.#ask(this.offers++);
      this.clock.advance(stepMs);
      await settled();
    }
  }

  async #ask(at: number): Promise<void> {
    const id = `c${at}`;
    try {
      const entered = await this.#admission.enter({ conversationId: id, class: classOf(at) });
      this.accepted.add(id);
      if (entered.kind === "granted") return this.#answer(id);
      const ref = { conversationId: id, turnId: id };
      if (entered.kind === "waiting") this.#places.step({ kind: "turn-queued", ref, place: entered });
    } catch {
      this.shed++;
    }
  }

  #answer(id: string): void {
    const answer = newAnswer();
    Object.assign(answer.ref, { conversationId: id, turnId: id });
    this.#places.step({ kind: "turn-started", answer, offset: 0 });
    this.startsAt.push(this.clock.elapsed());
    const model = services.of(this.#admission.tier, this.#admission.classOf(id)).chain[0];
    const request = { model, maxTokens: 1, system: "", messages: [] };
    void this.#gauge
      .attempt(request, () => this.#admission.began(id), new AbortController().signal)
      .then(() => {
        this.answered.add(id);
        this.clock.after(1_000, () => this.#admission.ended(id));
      });
  }

  #told(id: string, position: number): void {
    if (position > (this.#positions.get(id) ?? Number.POSITIVE_INFINITY)) this.rises.push(id);
    this.#positions.set(id, position);
  }
}

test("A1–A11 the night with a relay that cannot carry it: the tier falls in time, nobody who was accepted is lost, and all of it comes back", {
  timeout: 120_000,
}, async () => {
  const night = new Night();
  await night.pass(30, () => 20);
  expect([night.tiers, night.shed]).toEqual([[], 0]);
  // The relay turns narrow as the rush comes.
  night.narrow.perSecond = 60;
  const rushAt = night.clock.elapsed();
  await night.pass(20, (second) => (second < 3 ? 20 + 260 * second : 800));
  const fell = night.tiers.find(({ tier }) => tier === "medium" || tier === "degraded");
  expect((fell?.atMs ?? Number.NaN) - rushAt).toBeLessThanOrEqual(3_500);
  await night.pass(20, () => 10);
  night.narrow.perSecond = 1_000;
  await night.pass(120, () => 20);
  await night.pass(5, () => 0);
  expect(night.tiers.at(-1)?.tier).toBe("high");
  console.log(
    `A9: ${night.tiers.map(({ atMs, tier }) => `${tier} at ${atMs - rushAt}`).join(", ")}; ${night.offers} offers, ${night.shed} shed; at most ${night.mostWaiting} waited; slowest first text ${Math.round(night.slowestMs)} ms`,
  );
  expect(night.accepted.size + night.shed).toBe(night.offers);
  expect([...night.accepted].filter((id) => !night.answered.has(id))).toEqual([]);
  expect(night.mostWaiting).toBeLessThanOrEqual(1_000);
  expect(night.rises).toEqual([]);
  expect(night.tiers.length).toBeLessThanOrEqual(10);
  // A1 from the rush on: what a full bucket has left at most is never overdrawn.
  let [level, at] = [500, rushAt];
  for (const start of night.startsAt.filter((each) => each >= rushAt)) {
    level = Math.min(500, level + ((start - at) * 100) / 1_000) - 1;
    at = start;
    expect(level).toBeGreaterThanOrEqual(-1e-6);
  }
});
