import type { Tier } from "../../src/contract/shapes.ts";
import { RelayGauge } from "../../src/domain/gauge.ts";
import { Helm } from "../../src/domain/helm.ts";
import type { Line, LineSettings, Order } from "../../src/domain/line.ts";
import { defaultModels, type ModelTable } from "../../src/domain/models.ts";
import type { AttemptEnd, AttemptReport, FailureReason, Relay, RelayRequest } from "../../src/domain/relay.ts";
import { ServiceTable } from "../../src/domain/service.ts";
import type { TierSettings } from "../../src/domain/tiers.ts";
import { MemoryHealth } from "../../src/engines/memory/health.ts";
import { MemoryLine } from "../../src/engines/memory/line.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { openLine } from "./admissions.ts";

export const usualTiers: TierSettings = {
  slowMs: 500,
  quickMs: 200,
  failedShare: 0.05,
  goodSeconds: 10,
  firstTexts: { most: 5_000, least: 200 },
};

export const main = "claude-sonnet-4-5";
export const small = "claude-haiku-4-5";

export const services = new ServiceTable({
  model: main,
  smallModel: small,
  fallbacks: [small],
  maxTokens: 1_024,
  rounds: 10,
  medium: { maxTokens: 512, rounds: 6, smallModelFor: ["guest"], tools: true },
  degraded: { maxTokens: 256, rounds: 3, smallModelFor: ["vip", "member", "guest"], tools: false },
});

const report: AttemptReport = {
  model: main,
  requestId: undefined,
  firstTokenMs: null,
  totalMs: 0,
  inputTokens: null,
  outputTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  usage: "none",
};

/** What a relay does with an attempt: after so long it writes, or fails for that reason. */
export interface Weather {
  readonly afterMs: number;
  readonly failure?: FailureReason;
  readonly retryAfterMs?: number;
}

/** A relay whose weather is given for each attempt, and that is done with its first text. */
export class WeatherRelay implements Relay {
  readonly #clock: VirtualClock;
  weather: (request: RelayRequest) => Weather = () => ({ afterMs: 40 });
  attempts = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  attempt(request: RelayRequest, onText: (text: string) => void): Promise<AttemptEnd> {
    this.attempts++;
    const { afterMs, failure, retryAfterMs } = this.weather(request);
    return new Promise((resolve) => {
      this.#clock.after(afterMs, () => {
        if (failure === undefined) {
          onText("text");
          return resolve({ kind: "complete", stop: "end", report });
        }
        resolve({ kind: "failed", failure: { reason: failure, detail: "", retryAfterMs }, report });
      });
    });
  }
}

/** A service of one node, as far as the tier sees it: a relay, a gauge, a helm and a line. */
export class Bridge {
  readonly clock = new VirtualClock();
  readonly relay = new WeatherRelay(this.clock);
  readonly orders: Order[] = [];
  readonly moves: { readonly atMs: number; readonly tier: Tier }[] = [];
  readonly health = new MemoryHealth(this.clock);
  readonly gauge: RelayGauge;
  readonly helm: Helm;
  readonly line: Line;
  readonly #signal = new AbortController().signal;
  tier: Tier = "high";
  starting = 0;
  life = "one";
  held: Tier | null = null;

  constructor({ models = defaultModels, settings = openLine }: { models?: ModelTable; settings?: LineSettings } = {}) {
    const { clock } = this;
    this.line = new MemoryLine({ settings, clock });
    const steered = {
      steer: async (order: Order) => {
        this.orders.push(order);
        if (order.tier !== undefined && order.tier !== this.tier)
          this.moves.push({ atMs: clock.elapsed(), tier: order.tier });
        this.tier = order.tier ?? this.tier;
        await this.line.steer(order);
      },
    } as Line; // CAST: a helm only steers
    this.helm = new Helm({
      health: this.health,
      line: steered,
      clock,
      settings: usualTiers,
      services,
      models,
      standing: () => this,
      held: () => this.held,
      paused: () => {},
      moved: () => {},
      onFault: (fault) => {
        throw fault;
      },
    });
    this.gauge = new RelayGauge({
      relay: this.relay,
      clock,
      settings: usualTiers,
      expectedMs: (model) => this.helm.expectedMs(model),
      quiet: (model, failure) => this.helm.quiet(model, failure),
    });
    this.helm.open(this.gauge);
  }

  ask(model = main): Promise<AttemptEnd> {
    return this.gauge.attempt({ model, maxTokens: 1, system: "", messages: [] }, () => {}, this.#signal);
  }

  /** So many seconds with so many attempts in each, evenly. */
  async pass(seconds: number, perSecond: number): Promise<void> {
    let due = 0;
    for (let ms = 0; ms < seconds * 1_000; ms += stepMs) {
      due += (perSecond * stepMs) / 1_000;
      for (; due >= 1; due--) void this.ask();
      this.clock.advance(stepMs);
      await settled();
    }
  }
}

const stepMs = 25;

/** All that does not wait for the clock is done. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
